using System.Text;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Sidecar.PubSub.RabbitMq;

/// <summary>The consumer of one queue. A message is acknowledged after the handler is done with it; what a stop leaves unacknowledged the server keeps.</summary>
internal sealed partial class RabbitMqSubscription(
    string topic, IChannel channel, RabbitMqOptions options, Func<BrokerMessage, CancellationToken, Task<DeliveryOutcome>> handler, ILogger logger, TimeProvider time) : IBrokerSubscription
{
    private readonly ILogger _logger = logger;

    // Never disposed, for it has no timer to give back: whoever drains may still cancel it while another one disposes of this.
    private readonly CancellationTokenSource _deliveries = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private string _tag = "";
    private int _running;
    private bool _draining;
    private bool _isDisposed;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var queue = $"{options.ConsumerId}-{topic}";
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "classic" };
        if (options.EnableDeadLetter)
        {
            var (exchange, dead) = ($"dlx-{queue}", $"dlq-{queue}");
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, options.DeleteWhenUnused, cancellationToken: cancellationToken);
            await channel.QueueDeclareAsync(dead, durable: true, exclusive: false, options.DeleteWhenUnused, new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-mode"] = "lazy" }, cancellationToken: cancellationToken);
            await channel.QueueBindAsync(dead, exchange, "", cancellationToken: cancellationToken);
            arguments["x-dead-letter-exchange"] = exchange;
        }

        // Always, because an exchange goes with its last queue.
        await channel.ExchangeDeclareAsync(topic, ExchangeType.Fanout, options.Durable, options.DeleteWhenUnused, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(queue, options.Durable, exclusive: false, options.DeleteWhenUnused, arguments, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, topic, "", cancellationToken: cancellationToken);
        await channel.BasicQosAsync(0, options.Prefetch, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => ReceiveAsync(delivery);
        _tag = await channel.BasicConsumeAsync(queue, autoAck: false, $"{queue}-{Guid.NewGuid()}", noLocal: false, exclusive: false, arguments: null, consumer, cancellationToken);
    }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _draining = true;
            if (_running == 0)
            {
                _idle.TrySetResult();
            }
        }

        await using var abandon = cancellationToken.Register(_deliveries.Cancel);
        await QuietlyAsync(() => channel.BasicCancelAsync(_tag, noWait: true, CancellationToken.None));
        await _idle.Task;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await DrainAsync(new CancellationToken(canceled: true));
        await channel.DisposeAsync();
    }

    private async Task ReceiveAsync(BasicDeliverEventArgs delivery)
    {
        lock (_gate)
        {
            if (_draining)
            {
                return;
            }

            _running++;
        }

        try
        {
            await DeliverAsync(delivery);
        }
        finally
        {
            lock (_gate)
            {
                if (--_running == 0 && _draining)
                {
                    _idle.TrySetResult();
                }
            }
        }
    }

    private async Task DeliverAsync(BasicDeliverEventArgs delivery)
    {
        var metadata = (delivery.BasicProperties.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            .Where(header => header.Value is byte[])
            .ToDictionary(header => header.Key, header => Encoding.UTF8.GetString((byte[])header.Value!), StringComparer.Ordinal);

        // The buffer belongs to the client and is used again when this returns.
        var message = new BrokerMessage(topic, delivery.Body.ToArray(), metadata);
        var outcome = await handler(message, _deliveries.Token);
        if (outcome == DeliveryOutcome.Failed && options.RequeueInFailure)
        {
            await Task.Delay(options.RedeliveryDelay, time, _deliveries.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await QuietlyAsync(async () =>
        {
            if (outcome == DeliveryOutcome.Done)
            {
                await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, CancellationToken.None);
            }
            else
            {
                await channel.BasicNackAsync(delivery.DeliveryTag, multiple: false, requeue: outcome == DeliveryOutcome.Abandoned || options.RequeueInFailure, CancellationToken.None);
            }
        });
    }

    // Without a connection nothing can be settled; the server delivers the message again.
    private async Task QuietlyAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception exception) when (exception is OperationInterruptedException or AlreadyClosedException or IOException or ObjectDisposedException)
        {
            LogNotSettled(topic, exception.Message);
        }
    }

    [LoggerMessage(3811, LogLevel.Warning, "Topic {Topic}: rabbitmq was not told what became of a message, it will come again: {Problem}")]
    private partial void LogNotSettled(string topic, string problem);
}
