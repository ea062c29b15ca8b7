using System.Collections.Concurrent;
using ServiceTesting;

namespace Payments.Tests;

/// <summary>A processor in memory. The card's last four digits decide, as they do in the simulated one; every request is kept.</summary>
public sealed class FakeProcessor
{
    /// <summary>A card whose capture is refused and happens all the same.</summary>
    public const string LateCapture = "0507";

    /// <summary>A card whose authorisation waits, without an answer, until <see cref="Land"/>.</summary>
    public const string Queued = "0606";

    private readonly Lock _gate = new();
    private int _refusedRefunds;
    private readonly Dictionary<string, Record> _records = new(StringComparer.Ordinal);

    /// <summary>What each authorisation key was asked, e.g. `authorize`, `capture`.</summary>
    public ConcurrentQueue<(string Key, string Operation)> Log { get; } = new();

    /// <summary>Captures done, by authorisation key.</summary>
    public int Charges(string paymentId)
    {
        lock (_gate)
        {
            return _records.Values.Where(record => record.Key.Contains(paymentId, StringComparison.Ordinal)).Sum(record => record.Charges);
        }
    }

    /// <summary>The status of the authorisation of a payment.</summary>
    public string StatusOf(string paymentId)
    {
        lock (_gate)
        {
            return _records.Values.Single(record => record.Key.Contains(paymentId, StringComparison.Ordinal)).Status;
        }
    }

    /// <summary>Sums of the refunds of a payment.</summary>
    public decimal Refunded(string paymentId)
    {
        lock (_gate)
        {
            return _records.Values.Where(record => record.Key.Contains(paymentId, StringComparison.Ordinal)).Sum(record => record.Refunds.Values.Sum());
        }
    }

    /// <summary>The next refunds get no decision.</summary>
    public void FailRefunds(int count)
    {
        lock (_gate)
        {
            _refusedRefunds = count;
        }
    }

    /// <summary>Decides the authorisations that wait.</summary>
    public void Land()
    {
        lock (_gate)
        {
            foreach (var record in _records.Values.Where(record => record is { Card: Queued, Status: "UNDECIDED" }))
            {
                record.Status = "AUTHORIZED";
            }
        }
    }

    public Task<FakeAnswer> AnswerAsync(FakeRequest request)
    {
        lock (_gate)
        {
            return Task.FromResult(Answer(request));
        }
    }

    private FakeAnswer Answer(FakeRequest request) => request.Path switch
    {
        "/v1/tokens" => FakeAnswer.Ok(new { token = $"tok_{request.Json.GetProperty("number").GetString()![^4..]}_x" }),
        "/v1/authorizations" when request.Method == "GET" => Find(Uri.UnescapeDataString(request.Query["?key=".Length..])),
        "/v1/authorizations" => Authorize(request.Headers["Idempotency-Key"], request.Json.GetProperty("token").GetString()!.Split('_')[1]),
        "/v1/authorizations:void" => VoidByKey(request.Headers["Idempotency-Key"]),
        _ => Operate(_records[request.Path.Split('/')[3].Split(':')[0]], request.Path.Split(':')[1], request),
    };

    private FakeAnswer Find(string key) => FakeAnswer.Ok(new { items = _records.Values.Where(record => record.Key == key && record.Status != "UNDECIDED").Select(View) });

    private FakeAnswer Authorize(string key, string card)
    {
        Log.Enqueue((key, "authorize"));
        var record = _records.Values.SingleOrDefault(known => known.Key == key);
        record ??= Add(key, card);
        if (record.Status != "UNDECIDED")
        {
            return Outcome(record, record.Code);
        }

        if (card is "0259" or Queued || (card == "0119" && record.Failures++ < 2))
        {
            return new FakeAnswer(503);
        }

        record.Code = card switch { "0002" => "payment_declined", "9995" => "insufficient_funds", _ => null };
        record.Status = record.Code is null ? "AUTHORIZED" : "DECLINED";
        return Outcome(record, record.Code);
    }

    private FakeAnswer Operate(Record record, string operation, FakeRequest request)
    {
        Log.Enqueue((record.Key, operation));
        return operation switch
        {
            "capture" => Capture(record),
            "void" when record.Status == "CAPTURED" => Outcome(record, "already_captured"),
            "void" => Set(record, "VOIDED"),
            _ => Refund(record, request),
        };
    }

    private static FakeAnswer Capture(Record record)
    {
        if (record is { Status: "AUTHORIZED", Card: LateCapture })
        {
            var refusal = Outcome(record, "payment_declined");
            record.Charges++;
            record.Status = "CAPTURED";
            return refusal;
        }

        if (record.Status == "AUTHORIZED" && record.Card == "0341")
        {
            return Outcome(record, "payment_declined");
        }

        record.Charges += record.Status == "AUTHORIZED" ? 1 : 0;
        record.Status = "CAPTURED";
        return record.Card == "6975" ? new FakeAnswer(504) : Outcome(record, null);
    }

    private FakeAnswer Refund(Record record, FakeRequest request)
    {
        if (_refusedRefunds > 0)
        {
            _refusedRefunds--;
            return new FakeAnswer(503);
        }

        record.Refunds[request.Headers["Idempotency-Key"]] = request.Json.GetProperty("amount").GetDecimal();
        return Outcome(record, null);
    }

    private static FakeAnswer Set(Record record, string status)
    {
        record.Status = status;
        return Outcome(record, null);
    }

    private static FakeAnswer Outcome(Record record, string? code) =>
        FakeAnswer.Ok(new { outcome = code is null ? "done" : "rejected", code, authorization = View(record) });

    // A copy: what happens to the record later is not in this answer.
    private static object View(Record record) => new { record.Id, record.Status, record.Code };

    private FakeAnswer VoidByKey(string key)
    {
        Log.Enqueue((key, "void by key"));
        return Set(_records.Values.SingleOrDefault(known => known.Key == key) ?? Add(key, ""), "VOIDED");
    }

    private Record Add(string key, string card)
    {
        var record = new Record($"auth{_records.Count}", key, card);
        _records[record.Id] = record;
        return record;
    }

    private sealed class Record(string id, string key, string card)
    {
        public string Id { get; } = id;

        public string Key { get; } = key;

        public string Card { get; } = card;

        public string Status { get; set; } = "UNDECIDED";

        public string? Code { get; set; }

        public int Failures { get; set; }

        public int Charges { get; set; }

        public Dictionary<string, decimal> Refunds { get; } = [];
    }
}
