using Sidecar.Components;

namespace Sidecar.PubSub;

/// <summary><c>pubsub.in-memory</c>: between the apps of a run, lost when the run ends. A failed message is delivered again after a pause.</summary>
internal sealed class InMemoryBroker(ComponentSpec spec, ComponentContext context, TimeSpan? redeliveryDelay = null) : IPubSubBroker
{
    private const int Concurrency = 10;
    private readonly InMemoryBus _bus = context.Run.GetOrAdd(spec.Name, () => new InMemoryBus(context.Time));
    private readonly TimeSpan _redeliveryDelay = redeliveryDelay ?? TimeSpan.FromSeconds(5);

    public IReadOnlyList<string> Capabilities { get; } = ["SUBSCRIBE_WILDCARDS"];

    /// <summary>daprd's hands out one message at a time, so that its bulk deliveries have one event each.</summary>
    public bool DeliversOneByOne => true;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PublishAsync(BrokerMessage message, CancellationToken cancellationToken) => _bus.PublishAsync(message, cancellationToken);

    public Task<IBrokerSubscription> SubscribeAsync(string topic, Func<BrokerMessage, CancellationToken, Task<DeliveryOutcome>> handler, CancellationToken cancellationToken) =>
        Task.FromResult<IBrokerSubscription>(new Subscription(_bus.QueueOf(topic, context.AppId), handler, _redeliveryDelay, context.Time));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Subscription : IBrokerSubscription
    {
        private readonly InMemoryQueue _queue;
        private readonly Func<BrokerMessage, CancellationToken, Task<DeliveryOutcome>> _handler;
        private readonly TimeSpan _delay;
        private readonly TimeProvider _time;

        // Never disposed, for neither has a timer to give back: whoever drains may still cancel them while another one disposes of this.
        private readonly CancellationTokenSource _intake = new();
        private readonly CancellationTokenSource _deliveries = new();
        private readonly Task _workers;

        public Subscription(InMemoryQueue queue, Func<BrokerMessage, CancellationToken, Task<DeliveryOutcome>> handler, TimeSpan delay, TimeProvider time)
        {
            _queue = queue;
            _handler = handler;
            _delay = delay;
            _time = time;
            _workers = Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
        }

        public async Task DrainAsync(CancellationToken cancellationToken)
        {
            // Synchronously: when this returns, no worker takes anything any more.
            _intake.Cancel();
            await using var abandon = cancellationToken.Register(_deliveries.Cancel);
            await _workers;
        }

        public async ValueTask DisposeAsync() => await DrainAsync(new CancellationToken(canceled: true));

        private async Task WorkAsync()
        {
            try
            {
                while (true)
                {
                    var message = await _queue.Messages.ReadAsync(_intake.Token);
                    await DeliverAsync(message);
                }
            }
            catch (OperationCanceledException) when (_intake.IsCancellationRequested)
            {
                // Stopped.
            }
        }

        private async Task DeliverAsync(BrokerMessage message)
        {
            switch (await _handler(message, _deliveries.Token))
            {
                case DeliveryOutcome.Done:
                    _queue.Done();
                    break;
                case DeliveryOutcome.Abandoned:
                    _queue.Return(message);
                    break;
                default:
                    _ = ReturnLaterAsync(message);
                    break;
            }
        }

        private async Task ReturnLaterAsync(BrokerMessage message)
        {
            await Task.Delay(_delay, _time, _intake.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _queue.Return(message);
        }
    }
}
