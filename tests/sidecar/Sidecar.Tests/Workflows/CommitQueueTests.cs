using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>The end of group commit.</summary>
public sealed class CommitQueueTests
{
    [Fact]
    public async Task Dispose_WriteFailsAsItIsStopped_AnswersEveryCommit()
    {
        var writer = new BreakingWriter();
        var queue = new CommitQueue(writer, TimeProvider.System, NullLogger.Instance);
        queue.Start();
        var taken = queue.AddAsync(new StoreCommit());
        await writer.Begun.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var queued = queue.AddAsync(new StoreCommit());

        await queue.DisposeAsync();

        taken.IsCanceled.Should().BeTrue();
        queued.IsCanceled.Should().BeTrue();
    }

    /// <summary>Its connection breaks when the write is cancelled, as that of a database driver may.</summary>
    private sealed class BreakingWriter : ICommitWriter
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int MaxRows => 1;

        public async Task WriteAsync(IReadOnlyList<StoreCommit> commits, CancellationToken cancellationToken)
        {
            Begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new IOException("broken");
        }

        public bool IsOutage(Exception exception) => exception is IOException;
    }
}
