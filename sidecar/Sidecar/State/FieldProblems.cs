using System.Globalization;
using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.State;

/// <summary>How daprd words that a member of a request has another type than its field: a save is decoded from JSON, an operation of a transaction from what JSON became.</summary>
internal abstract record FieldProblems
{
    /// <summary>A member that should be a text.</summary>
    public abstract string Text(JsonElement value, StateField field);

    /// <summary>A member that should be an object.</summary>
    public abstract string Map(JsonElement value, StateField field, string type);

    /// <summary>An entry of the metadata that should be a text.</summary>
    public abstract string Entry(JsonProperty entry);

    /// <summary>The words of Go's JSON decoder for a struct; those inside of it are named by the whole path, and the type that they stand in.</summary>
    internal sealed record Decoding(string Type) : FieldProblems
    {
        /// <inheritdoc />
        public override string Text(JsonElement value, StateField field) => Describe(value, field, "string");

        /// <inheritdoc />
        public override string Map(JsonElement value, StateField field, string type) => Describe(value, field, type);

        /// <inheritdoc />
        public override string Entry(JsonProperty entry) => Describe(entry.Value, StateField.Metadata, "string");

        private string Describe(JsonElement value, StateField field, string type) =>
            $"json: cannot unmarshal {GoJson.KindOf(value)} into Go struct field {field.Owner ?? Type}.{field.JsonPath} of type {type}";
    }

    /// <summary>The words of the library that fills an operation's request.</summary>
    internal sealed record Filling : FieldProblems
    {
        /// <inheritdoc />
        public override string Text(JsonElement value, StateField field) => Describe(NotText(value, field.GoPath));

        /// <inheritdoc />
        public override string Map(JsonElement value, StateField field, string type) => Describe(NotMap(value, field.GoPath));

        /// <inheritdoc />
        public override string Entry(JsonProperty entry) => Describe(NotText(entry.Value, $"{StateField.Metadata.GoPath}[{entry.Name}]"));

        /// <summary>A request that is no object at all.</summary>
        public static string NotMap(JsonElement value, string path = "") => $"'{path}' expected a map, got '{Kind(value)}'";

        private static string Describe(string problem) => $"1 error(s) decoding:\n\n* {problem}";

        private static string NotText(JsonElement value, string path) => $"'{path}' expected type 'string', got unconvertible type '{TypeOf(value)}', value: '{TextOf(value)}'";

        private static string Kind(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Array => "slice",
            JsonValueKind.Object => "map",
            _ => TypeOf(value),
        };

        private static string TypeOf(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "float64",
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Array => "[]interface {}",
            _ => "map[string]interface {}",
        };

        private static string TextOf(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => value.GetRawText(),
        };
    }
}

/// <summary>A field of a request.</summary>
/// <param name="JsonPath">Its name in JSON, with those that it stands in.</param>
/// <param name="GoPath">The same in Go.</param>
/// <param name="Owner">The type of the struct inside a request that it stands in; null = the request.</param>
internal sealed record StateField(string JsonPath, string GoPath, string? Owner = null)
{
    public static StateField Key { get; } = new("key", "Key");

    public static StateField ETag { get; } = new("etag", "ETag");

    public static StateField Metadata { get; } = new("metadata", "Metadata");

    public static StateField ContentType { get; } = new("contentType", "ContentType");

    public static StateField Options { get; } = new("options", "Options");

    public static StateField Concurrency { get; } = new("options.concurrency", "Options.Concurrency", "SetStateOption");

    public static StateField Consistency { get; } = new("options.consistency", "Options.Consistency", "SetStateOption");

    /// <summary>The name of the member.</summary>
    public string Name => JsonPath[(JsonPath.LastIndexOf('.') + 1)..];
}
