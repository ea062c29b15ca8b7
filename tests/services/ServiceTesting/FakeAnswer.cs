namespace ServiceTesting;

/// <summary>What a scripted call answers.</summary>
/// <param name="Body">Becomes JSON; a string is sent as it is.</param>
public sealed record FakeAnswer(int Status, object? Body = null, string ContentType = "application/json")
{
    /// <summary>200 with a body.</summary>
    public static FakeAnswer Ok(object body) => new(200, body);

    /// <summary>A step that did its work, with further members if given.</summary>
    public static FakeAnswer Done(object? extra = null) => new(200, ServiceDefaults.StepResults.Done(extra).Body);

    /// <summary>A step that was refused.</summary>
    public static FakeAnswer Rejected(string code, string detail = "refused") => new(200, ServiceDefaults.StepResults.Rejected(code, detail).Body);
}
