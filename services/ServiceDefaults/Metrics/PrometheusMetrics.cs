using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace ServiceDefaults;

/// <summary>Collects the platform's and the database driver's instruments and writes them as Prometheus text (version 0.0.4).</summary>
internal sealed class PrometheusMetrics : IDisposable
{
    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly IMeterFactory _factory;
    private readonly ServiceName _service;
    private readonly ProcessMetrics _process;

    public PrometheusMetrics(IMeterFactory factory, ServiceName service, ProcessMetrics process)
    {
        _factory = factory;
        _service = service;
        _process = process;
        _listener.InstrumentPublished = OnPublished;
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => Record(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, state) => Record(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, state) => Record(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<float>((instrument, value, tags, state) => Record(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<decimal>((instrument, value, tags, state) => Record(instrument, (double)value, tags, state));
        _listener.Start();
    }

    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
        {
            family.Write(text, _service.AppId);
        }

        _process.Write(text, _service.AppId);
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void OnPublished(Instrument instrument, MeterListener listener)
    {
        var meter = instrument.Meter;
        var ours = meter.Scope == _factory ? meter.Name == HttpMetrics.MeterName || meter.Name.StartsWith(Telemetry.Name, StringComparison.Ordinal) : meter.Name == Telemetry.Name;
        if (ours || meter.Name is "Npgsql" or "Dapr.Workflow")
        {
            listener.EnableMeasurementEvents(instrument, Family(instrument));
        }
    }

    private MetricFamily Family(Instrument instrument)
    {
        var type = TypeOf(instrument);
        var name = NameOf(instrument, type);
        var bounds = type == "histogram" ? BoundsOf(instrument) : [];
        return _families.GetOrAdd(name, key => new MetricFamily(key, instrument.Description ?? instrument.Name, type, bounds));
    }

    private static void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var series = ((MetricFamily)state!).Series(tags);
        switch (Kind(instrument))
        {
            case InstrumentKind.Distribution:
                series.Observe(value);
                break;
            case InstrumentKind.Delta:
                series.Add(value);
                break;
            default:
                series.Set(value);
                break;
        }
    }

    private static string TypeOf(Instrument instrument) => Kind(instrument) == InstrumentKind.Distribution ? "histogram" : GenericName(instrument) is "Counter`1" or "ObservableCounter`1" ? "counter" : "gauge";

    private static InstrumentKind Kind(Instrument instrument) => GenericName(instrument) switch
    {
        "Histogram`1" => InstrumentKind.Distribution,
        "Counter`1" or "UpDownCounter`1" => InstrumentKind.Delta,
        _ => InstrumentKind.Current,
    };

    private static string GenericName(Instrument instrument) => instrument.GetType().Name;

    private static string NameOf(Instrument instrument, string type)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        if (instrument.Unit == "s" && !name.Contains("_seconds", StringComparison.Ordinal))
        {
            name += "_seconds";
        }

        return type == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static IReadOnlyList<double> BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { Count: > 0 } bounds } => bounds,
        _ => DefaultBounds,
    };

    private enum InstrumentKind
    {
        Delta,
        Current,
        Distribution,
    }
}
