using System.Collections.Frozen;
using Sidecar.Components;

namespace Sidecar.Api.Grpc;

/// <summary>Which calls of the Dapr service the Configuration lets the app make. Only rules whose protocol is <c>grpc</c> count here.</summary>
internal sealed class GrpcApiAccess
{
    private const string Service = "/dapr.proto.runtime.v1.Dapr/";

    // The rule's name and version, then the calls it stands for.
    private static readonly Dictionary<string, string[]> Calls = new(StringComparer.Ordinal)
    {
        ["invoke.v1"] = ["InvokeService"],
        ["state.v1"] = ["GetState", "GetBulkState", "SaveState", "DeleteState", "DeleteBulkState", "ExecuteStateTransaction"],
        ["state.v1alpha1"] = ["QueryStateAlpha1"],
        ["publish.v1"] = ["PublishEvent", "BulkPublishEvent"],
        ["publish.v1alpha1"] = ["BulkPublishEventAlpha1"],
        ["subscribe.v1alpha1"] = ["SubscribeTopicEventsAlpha1"],
        ["bindings.v1"] = ["InvokeBinding"],
        ["secrets.v1"] = ["GetSecret", "GetBulkSecret"],
        ["actors.v1"] =
        [
            "RegisterActorTimer", "UnregisterActorTimer", "RegisterActorReminder", "GetActorReminder", "UnregisterActorReminder",
            "UnregisterActorRemindersByType", "ListActorReminders", "GetActorState", "ExecuteActorStateTransaction", "InvokeActor",
        ],
        ["actors.v1alpha1"] = ["SubscribeActorEventsAlpha1"],
        ["metadata.v1"] = ["GetMetadata", "SetMetadata"],
        ["configuration.v1alpha1"] = ["GetConfigurationAlpha1", "SubscribeConfigurationAlpha1", "UnsubscribeConfigurationAlpha1"],
        ["configuration.v1"] = ["GetConfiguration", "SubscribeConfiguration", "UnsubscribeConfiguration"],
        ["lock.v1alpha1"] = ["TryLockAlpha1"],
        ["unlock.v1alpha1"] = ["UnlockAlpha1"],
        ["subtlecrypto.v1alpha1"] =
        [
            "SubtleGetKeyAlpha1", "SubtleEncryptAlpha1", "SubtleDecryptAlpha1", "SubtleSignAlpha1", "SubtleVerifyAlpha1", "SubtleWrapKeyAlpha1", "SubtleUnwrapKeyAlpha1",
        ],
        ["crypto.v1alpha1"] = ["EncryptAlpha1", "DecryptAlpha1"],
        ["conversation.v1alpha1"] = ["ConverseAlpha1"],
        ["conversation.v1alpha2"] = ["ConverseAlpha2"],
        ["workflows.v1alpha1"] = Workflows("Alpha1"),
        ["workflows.v1beta1"] = Workflows("Beta1"),
        ["jobs.v1alpha1"] = ["ScheduleJobAlpha1", "DeleteJobAlpha1", "GetJobAlpha1", "DeleteJobsByPrefixAlpha1", "ListJobsAlpha1"],
        ["jobs.v1"] = ["ScheduleJob", "DeleteJob", "GetJob", "DeleteJobsByPrefix", "ListJobs"],
        ["shutdown.v1"] = ["Shutdown"],
    };

    private readonly FrozenSet<string> _allowed;
    private readonly FrozenSet<string> _denied;

    public GrpcApiAccess(IReadOnlyList<ApiRule> allowed, IReadOnlyList<ApiRule> denied)
    {
        _allowed = Paths(allowed);
        _denied = Paths(denied);
    }

    /// <summary>Whether a call may be made; what is no call of the Dapr service always may.</summary>
    public bool Allows(string path) =>
        (_allowed.Count == 0 && _denied.Count == 0)
        || !path.StartsWith(Service, StringComparison.Ordinal)
        || (!_denied.Contains(path) && (_allowed.Count == 0 || _allowed.Contains(path)));

    private static FrozenSet<string> Paths(IReadOnlyList<ApiRule> rules) => rules
        .Where(rule => rule.Protocol.Equals("grpc", StringComparison.OrdinalIgnoreCase))
        .SelectMany(rule => Calls.GetValueOrDefault($"{rule.Name}.{rule.Version}", []))
        .Select(call => Service + call)
        .ToFrozenSet(StringComparer.Ordinal);

    private static string[] Workflows(string version) =>
        [.. new[] { "Start", "Get", "Terminate", "Purge", "Pause", "Resume" }.Select(verb => $"{verb}Workflow{version}"), $"RaiseEventWorkflow{version}"];
}
