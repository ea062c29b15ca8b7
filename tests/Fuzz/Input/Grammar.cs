namespace Fuzz.Input;

/// <summary>Texts built from their grammar: paths, rules, durations, schedules, JSON.</summary>
internal static class Grammar
{
    private static readonly string[] Apis =
    [
        "v1.0/state/store", "v1.0/state/store/bulk", "v1.0/state/store/transaction", "v1.0/publish/pubsub/t", "v1.0/publish/pubsub/forbidden", "v1.0/publish/bulk/pubsub/t", "v1.0-alpha1/publish/bulk/pubsub/t",
        "v1.0/secrets/secrets/hidden", "v1.0/secrets/secrets/open", "v1.0/secrets/secrets/bulk", "v1.0/invoke/app/method", "v1.0/invoke/locked/method", "v1.0/bindings/files", "v1.0/metadata", "v1.0/healthz",
        "v1.0/actors/T/1/state", "v1.0/actors/T/1/method", "v1.0/actors/T/1/timers", "v1.0/actors/T/1/reminders", "v1.0-alpha1/jobs", "v1.0/configuration/store", "v1.0-alpha1/lock/store", "v1.0-alpha1/state/store/query",
        "v1.0/workflows/dapr/w", "v1.0-beta1/workflows/dapr/w", "v1.0/shutdown", "v2.0/x", "dapr/config", "healthz",
    ];

    private static readonly string[] Segments = ["a", "b", ".", "..", "", "%2e", "%2e%2e", "%2E.", "..;", "%2f", "%252e%252e", "%5c..", "method", "open", "locked", "%00", "x y", "a%20b", "a||b", "locked.default", "%6cocked"];
    private static readonly string[] Operands = ["event.type", "event.data.n", "event.data", "event", "event.x.y", "\"a\"", "'b'", "1", "2.5", "-3", "true", "null", "[1, \"a\"]", "{\"a\": 1}", "event.data[0]", "event[\"type\"]", "size(event.type)", "has(event.data.n)", "event.id.startsWith('o')", "event.type.matches('^a+$')", "int('1')", "r'\\d'", "b'x'", "event.data.all(x, x > 1)"];
    private static readonly string[] Operators = ["==", "!=", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*", "/", "%", "in", "?"];
    private static readonly string[] Units = ["ns", "us", "ms", "s", "m", "h", "d", ""];
    private static readonly string[] CronFields = ["*", "*/5", "0", "59", "1-5", "5-1", "1,2,3", "MON", "JAN-DEC", "?", "L", "60", "-1", "*/0", "1/2/3", "0-59/7", "99999999999", ""];

    public static string Path(FuzzRandom random)
    {
        var path = random.Pick(Apis);
        foreach (var segment in random.Some(4, () => random.Pick(Segments)))
        {
            path += random.Pick<string>(["/", "/", "/", "//", "%2f", "\\"]) + segment;
        }

        return random.Pick<string>(["/", "/", "/", "//", "/./", "/x/../", "/%2e/", ""]) + path + random.Pick<string>(["", "", "", "/", "?", "?a=b", "?metadata.ttlInSeconds=1", "?metadata.partitionKey=x&consistency=strong", "?concurrency=x", "#f"]);
    }

    public static string Rule(FuzzRandom random, int depth = 5)
    {
        if (depth == 0 || random.Percent(25))
        {
            return random.Pick(Operands);
        }

        return random.Below(5) switch
        {
            0 => $"({Rule(random, depth - 1)})",
            1 => $"!{Rule(random, depth - 1)}",
            2 => $"{Rule(random, depth - 1)} ? {Rule(random, depth - 1)} : {Rule(random, depth - 1)}",
            _ => $"{Rule(random, depth - 1)} {random.Pick(Operators)} {Rule(random, depth - 1)}",
        };
    }

    public static string Time(FuzzRandom random) => random.Below(5) switch
    {
        0 => string.Concat(random.Some(3, () => Number(random) + random.Pick(Units))),
        1 => $"{random.Pick<string>(["R5/", "R-1/", "R/", ""])}P{string.Concat(random.Some(3, () => Number(random) + random.Pick<string>(["Y", "M", "W", "D"])))}T{string.Concat(random.Some(3, () => Number(random) + random.Pick<string>(["H", "M", "S"])))}",
        2 => $"{random.Below(10_000):0000}-{random.Below(14):00}-{random.Below(33):00}T{random.Below(26):00}:{random.Below(62):00}:{random.Below(62):00}{random.Pick<string>(["Z", "+01:00", "-23:59", ".123456789Z", ""])}",
        3 => $"{random.Pick<string>(["@every ", "@daily", "@yearly", "@", ""])}{Number(random)}{random.Pick(Units)}",
        _ => string.Join(random.Pick<string>([" ", " ", "  ", "\t"]), Enumerable.Range(0, 4 + random.Below(4)).Select(_ => random.Pick(CronFields))),
    };

    /// <summary>A JSON text, mostly right.</summary>
    public static string Json(FuzzRandom random, int depth = 4) => random.Below(depth == 0 ? 6 : 9) switch
    {
        0 => "null",
        1 => random.Pick<string>(["true", "false"]),
        2 => Number(random),
        3 => $"\"{random.Pick<string>(["", "a", "\\u0000", "\\ud800", "\u20ac", "<b>", "2020-01-01T00:00:00Z", "aGVsbG8=", "\\r\\nX-Smuggled: 1"])}\"",
        4 => "{}",
        5 => "[]",
        6 => $"[{string.Join(',', random.Some(4, () => Json(random, depth - 1)))}]",
        _ => $"{{{string.Join(',', random.Some(6, () => $"\"{random.Pick<string>(["id", "source", "type", "specversion", "data", "data_base64", "datacontenttype", "topic", "pubsubname", "key", "value", "etag", "options", "metadata", "operations", "operation", "request", "upsert", "expiration", "traceparent", "ttlInSeconds", "n", "dueTime", "period", "schedule", "keys"])}\":{Json(random, depth - 1)}"))}}}",
    };

    private static string Number(FuzzRandom random) => random.Pick<string>(["0", "1", "5", "-1", "1.5", ".5", "5.", "00", "1e400", "99999999999999999999", "9223372036854775807", "2147483648", "", "+3", "1_0", "\u0661"]);
}
