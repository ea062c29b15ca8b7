using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ServiceDefaults;

/// <summary>The platform's JSON: camelCase, money with two decimals, times in UTC, enums as UPPER_CASE words, unknown members refused.</summary>
public static class ServiceJson
{
    /// <summary>For requests and answers: strict when reading.</summary>
    public static JsonSerializerOptions Options { get; } = Create(JsonUnmappedMemberHandling.Disallow);

    /// <summary>For what other services and events send: unknown members are skipped, so that a newer sender is understood.</summary>
    public static JsonSerializerOptions Tolerant { get; } = Create(JsonUnmappedMemberHandling.Skip);

    internal static void Apply(JsonSerializerOptions options, JsonUnmappedMemberHandling unmapped)
    {
        options.UnmappedMemberHandling = unmapped;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { MakeNullableOptional } };
        options.AllowDuplicateProperties = false;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false));
        options.Converters.Add(new MoneyConverter());
        options.Converters.Add(new UtcTimeConverter());
    }

    // Null is left out when writing, so what may be null may be missing when reading.
    private static void MakeNullableOptional(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => property.AssociatedParameter is { IsNullable: true, IsMemberInitializer: false }))
        {
            property.IsRequired = false;
        }
    }

    private static JsonSerializerOptions Create(JsonUnmappedMemberHandling unmapped)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options, unmapped);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
