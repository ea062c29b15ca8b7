using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>Group commit: who waits for a commit goes on, and its end.</summary>
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

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(250)]
    public async Task Add_WhoWaitedAddsTheNextOne_EveryCommitIsWritten(int atOnce)
    {
        const int steps = 20;
        var writer = new CountingWriter();
        await using var queue = new CommitQueue(writer, TimeProvider.System, NullLogger.Instance);
        queue.Start();

        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => AddAllAsync())).WaitAsync(TimeSpan.FromSeconds(10));

        writer.Commits.Should().Be(atOnce * steps);

        async Task AddAllAsync()
        {
            for (var step = 0; step < steps; step++)
            {
                await queue.AddAsync(new StoreCommit());
            }
        }
    }

    [Fact]
    public async Task Dispose_ByWhomeverWaitedForACommit_Ends()
    {
        var queue = new CommitQueue(new CountingWriter(), TimeProvider.System, NullLogger.Instance);
        queue.Start();

        var ended = CommitAndDisposeAsync();

        await ended.WaitAsync(TimeSpan.FromSeconds(10));
        queue.Backlog.Should().Be(0);

        async Task CommitAndDisposeAsync()
        {
            await queue.AddAsync(new StoreCommit());
            await queue.DisposeAsync();
        }
    }

    private sealed class CountingWriter : ICommitWriter
    {
        public int MaxRows => 1_000;

        public int Commits { get; private set; }

        public async Task WriteAsync(IReadOnlyList<StoreCommit> commits, CancellationToken cancellationToken)
        {
            await Task.Yield();
            Commits += commits.Count;
        }

        public bool IsOutage(Exception exception) => false;
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
