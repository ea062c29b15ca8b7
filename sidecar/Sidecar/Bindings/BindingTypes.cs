using Sidecar.Components;
using Sidecar.Redis;
using Sidecar.State.PostgreSql;

namespace Sidecar.Bindings;

/// <summary>The bindings that the sidecar implements.</summary>
internal static class BindingTypes
{
    private const string NoClientCertificates = "client certificates are not supported";
    private static readonly MetadataField[] Common = [new("direction"), new("route")];

    public static IReadOnlyList<ComponentType<IBinding>> All { get; } =
    [
        new("bindings.cron", ["v1"], [.. Common, new("schedule", Required: true)], (spec, context) => new Cron.CronBinding(spec, context)),
        new(
            "bindings.http",
            ["v1"],
            [
                .. Common,
                new("url", Required: true),
                new("errorIfNot2XX"),
                new("responseTimeout"),
                new("maxResponseBodySize"),
                new("securityToken"),
                new("securityTokenHeader"),
                new("MTLSRootCA", FieldSupport.Unsupported, Note: "add the server's certificate authority to the system instead"),
                new("MTLSClientCert", FieldSupport.Unsupported, Note: NoClientCertificates),
                new("MTLSClientKey", FieldSupport.Unsupported, Note: NoClientCertificates),
                new("MTLSRenegotiation", FieldSupport.Unsupported, Note: NoClientCertificates),
            ],
            (spec, _) => new HttpBinding(spec)),
        new("bindings.localstorage", ["v1"], [.. Common, new("rootPath", Required: true)], (spec, _) => new LocalStorageBinding(spec)),
        new(
            "bindings.smtp",
            ["v1"],
            [
                .. Common,
                new("host", Required: true),
                new("port", Required: true),
                new("user"),
                new("password"),
                new("skipTLSVerify") { Values = ["false"], Note = "add the server's certificate authority to the system instead" },
                new("emailFrom"),
                new("emailTo"),
                new("emailCC"),
                new("emailBCC"),
                new("subject"),
                new("priority"),
            ],
            (spec, context) => new Smtp.SmtpBinding(spec, context)),
        new("bindings.redis", ["v1"], [.. Common, .. RedisOptions.Fields], (spec, context) => new RedisBinding(spec, context)),
        new(
            "bindings.postgresql",
            ["v1"],
            [.. Common, .. PostgreSqlConnectionString.Fields, new("timeout") { Aliases = ["timeoutInSeconds"] }],
            (spec, context) => new PostgreSqlBinding(spec, context)),
    ];
}
