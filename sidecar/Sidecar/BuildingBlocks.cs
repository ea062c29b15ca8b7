namespace Sidecar;

/// <summary>The building blocks of a sidecar, in the order of their start. A new one adds one line here.</summary>
internal static class BuildingBlocks
{
    public static IReadOnlyList<Func<RuntimeServices, IBuildingBlock>> Factories { get; } =
    [
        Secrets.SecretsBuildingBlock.Create,
        State.StateBuildingBlock.Create,
        Workflows.WorkflowBuildingBlock.Create,
        Actors.ActorsBuildingBlock.Create,
        Jobs.JobsBuildingBlock.Create,
        PubSub.PubSubBuildingBlock.Create,
        Outbox.OutboxBuildingBlock.Create,
        Bindings.BindingsBuildingBlock.Create,
        Configuration.ConfigurationBuildingBlock.Create,
        Locks.LocksBuildingBlock.Create,
        Crypto.CryptoBuildingBlock.Create,
        Conversation.ConversationBuildingBlock.Create,
        Middleware.MiddlewareBuildingBlock.Create,
    ];
}
