using System.Runtime.Serialization;

namespace Dapr.Actors.Tests;

/// <summary>An actor that counts.</summary>
public interface ICounter : ICountReader
{
    Task<Total> AddAsync(int number, string by, CancellationToken cancellationToken);

    Task<int> AddOneAsync(int number);

    Task ClearAsync();

    Task FailAfterChangeAsync(string reason);

    Task<int> AddFromAsync(ICountReader other);

    Task<int> AddThroughAsync(string relayId);

    Task StartTimerAsync(string text);

    Task StopTimerAsync();

    Task RemindAsync(ReminderRequest request);

    Task ForgetReminderAsync(string name);

    Task<string> DescribeReminderAsync(string name);

    Task SetForAsync(string key, string value, TimeSpan lifetime);

    Task<string?> FindAsync(string key);
}

/// <summary>A base interface: its methods have ids of their own.</summary>
public interface ICountReader : IActor
{
    Task<int> CountAsync();
}

/// <summary>An actor that calls another one back.</summary>
public interface IRelay : IActor
{
    Task<int> AddToAsync(string counterId, int number);
}

[DataContract]
public sealed record Total
{
    [DataMember]
    public int Count { get; set; }

    [DataMember]
    public string? LastBy { get; set; }
}

[DataContract]
public sealed record ReminderRequest
{
    [DataMember]
    public string Name { get; set; } = "";

    [DataMember]
    public string Text { get; set; } = "";

    [DataMember]
    public TimeSpan Due { get; set; }

    [DataMember]
    public TimeSpan Period { get; set; } = Timeout.InfiniteTimeSpan;

    [DataMember]
    public int? Repetitions { get; set; }
}
