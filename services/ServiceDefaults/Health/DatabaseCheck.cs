namespace ServiceDefaults;

internal sealed class DatabaseCheck(DataSources sources) : IReadinessCheck
{
    public string Name => "database";

    public async Task<ReadinessResult> CheckAsync(CancellationToken ct)
    {
        await using var command = sources.App.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(ct);
        return new ReadinessResult(true);
    }
}
