using System.Diagnostics;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ServiceTesting;

/// <summary>
/// Runs a program's own entry point in this process, with settings as arguments, so that several run side by side and none
/// depends on the environment. The host is found by the events that .NET's host builder writes.
/// </summary>
public sealed class InProcessService : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private static readonly AsyncLocal<InProcessService?> Current = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<IServiceCollection>? _configure;
    private Task _main = Task.CompletedTask;
    private IDisposable? _events;
    private IHost? _host;

    private InProcessService(Action<IServiceCollection>? configure) => _configure = configure;

    /// <summary>The program's services.</summary>
    public IServiceProvider Services => _host?.Services ?? throw new InvalidOperationException("The program has not built its host.");

    /// <summary>Completes when the program ends.</summary>
    public Task Completion => _main;

    /// <summary>Starts a program and waits until it listens; its exception when it does not get that far.</summary>
    /// <param name="configure">Replaces services after the program has registered its own.</param>
    public static async Task<InProcessService> StartAsync(Assembly program, IReadOnlyDictionary<string, string> settings, Action<IServiceCollection>? configure = null)
    {
        var service = new InProcessService(configure);
        var arguments = settings.Select(setting => $"--{setting.Key}={setting.Value}")
            .Append($"--contentRoot={AppContext.BaseDirectory}")
            .Append($"--applicationName={program.GetName().Name}")
            .ToArray();
        using var subscription = DiagnosticListener.AllListeners.Subscribe(service);
        service._main = Task.Factory.StartNew(() => service.Run(program, arguments), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await await Task.WhenAny(service._started.Task, service._main);
        if (!service._started.Task.IsCompleted)
        {
            throw new InvalidOperationException($"{program.GetName().Name} ended without having listened.");
        }

        return service;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_host is not null && !_main.IsCompleted)
        {
            Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }

        await _main.WaitAsync(StopTimeout);
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (Current.Value == this && value.Name == "Microsoft.Extensions.Hosting")
        {
            _events = value.Subscribe(this);
        }
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted() => _events?.Dispose();

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (Current.Value != this)
        {
            return;
        }

        if (value is { Key: "HostBuilding", Value: IHostBuilder builder } && _configure is not null)
        {
            builder.ConfigureServices((_, services) => _configure(services));
        }

        if (value is { Key: "HostBuilt", Value: IHost host })
        {
            host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(() => _started.TrySetResult());
            _host = host;
        }
    }

    private void Run(Assembly program, string[] arguments)
    {
        Current.Value = this;
        try
        {
            program.EntryPoint!.Invoke(null, [arguments]);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Capture(cause).Throw();
        }
    }
}
