using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Sidecar.Components;

namespace Sidecar.Bindings;

/// <summary><c>bindings.localstorage</c>: files below a folder. No name leads out of the folder (see <see cref="SecurePath"/>).</summary>
internal sealed class LocalStorageBinding(ComponentSpec spec) : IOutputBinding
{
    private static readonly string[] DisallowedRoots = ["/proc", "/sys", "/boot", "/var/run/secrets"];
    private readonly string _root = RootPath(spec);

    /// <inheritdoc />
    public IReadOnlyList<string> Operations { get; } = ["create", "get", "list", "delete"];

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(_root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ComponentException.Field(spec, "rootPath", $"cannot be created: {exception.Message}", "give a folder that the sidecar may write to");
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellationToken)
    {
        var name = request["fileName"] ?? (request.Operation == "create" ? Guid.NewGuid().ToString() : "");
        string path;
        try
        {
            path = SecurePath.Join(_root, name);
        }
        catch (IOException exception)
        {
            return BindingResult.Failed($"error getting absolute path for file {name}: {exception.Message}");
        }

        return request.Operation switch
        {
            "create" => await CreateAsync(path, request.Data, cancellationToken),
            "get" => await GetAsync(path, cancellationToken),
            "list" => List(path),
            "delete" => Delete(path),
            _ => BindingResult.Failed($"unsupported operation {request.Operation}"),
        };
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<BindingResult> CreateAsync(string path, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, Content(data), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return BindingResult.Failed($"error creating file {path}: open {path}: {Reason(path, exception)}");
        }

        return BindingResult.Of(JsonSerializer.SerializeToUtf8Bytes(new { fileName = Path.GetRelativePath(_root, path) }));
    }

    private static async Task<BindingResult> GetAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return BindingResult.Of(await File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return BindingResult.Failed($"file not found: {path}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return BindingResult.Failed(Directory.Exists(path) ? $"error reading file {path}: read {path}: is a directory" : $"error opening path {path}: open {path}: {Reason(path, exception)}");
        }
    }

    private static BindingResult List(string path)
    {
        if (File.Exists(path))
        {
            return BindingResult.Failed($"unable to list files as the file specified is not a directory: {path}");
        }

        if (!Directory.Exists(path))
        {
            return BindingResult.Failed($"error getting stats for path {path}: stat {path}: no such file or directory");
        }

        var files = new List<string>();
        Walk(path, files);
        return BindingResult.Of(files.Count == 0 ? "null"u8.ToArray() : JsonSerializer.SerializeToUtf8Bytes(files));
    }

    private static BindingResult Delete(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path);
            }
            else if (File.Exists(path))
            {
                File.Delete(path);
            }
            else
            {
                return BindingResult.Failed($"error deleting file {path}: remove {path}: no such file or directory");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return BindingResult.Failed($"error deleting file {path}: remove {path}: {(Directory.Exists(path) ? "directory not empty" : Reason(path, exception))}");
        }

        return BindingResult.Nothing;
    }

    private static void Walk(string folder, List<string> files)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            if (Directory.Exists(entry) && new FileInfo(entry).LinkTarget is null)
            {
                Walk(entry, files);
            }
            else
            {
                files.Add(entry);
            }
        }
    }

    // As in Dapr: a JSON text is its content, and what is Base64 is the bytes behind it.
    private static ReadOnlyMemory<byte> Content(ReadOnlyMemory<byte> data)
    {
        if (data is { Length: >= 2, Span: [(byte)'"', .., (byte)'"'] } && TryReadText(data, out var text))
        {
            data = Encoding.UTF8.GetBytes(text);
        }

        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(data.Length)];
        return data.Length % 4 == 0 && !data.Span.ContainsAny(" \t"u8) && Base64.DecodeFromUtf8(data.Span, decoded, out var consumed, out var written) == System.Buffers.OperationStatus.Done && consumed == data.Length
            ? decoded.AsMemory(0, written)
            : data;
    }

    private static bool TryReadText(ReadOnlyMemory<byte> data, out string text)
    {
        text = "";
        try
        {
            text = JsonSerializer.Deserialize<string>(data.Span) ?? "";
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Reason(string path, Exception exception) =>
        Directory.Exists(path) ? "is a directory" : exception is UnauthorizedAccessException ? "permission denied" : exception.Message;

    private static string RootPath(ComponentSpec spec)
    {
        var given = spec["rootPath"] ?? throw ComponentException.Field(spec, "rootPath", "is missing", "give a folder");
        var root = SecurePath.Join("/", Path.GetFullPath(given));
        if (File.Exists(root))
        {
            throw ComponentException.Field(spec, "rootPath", "is a file", "give a folder");
        }

        return DisallowedRoots.Any(folder => root == folder || root.StartsWith(folder + "/", StringComparison.Ordinal))
            ? throw ComponentException.Field(spec, "rootPath", "points to a disallowed location", $"give a folder outside {string.Join(", ", DisallowedRoots)}")
            : root;
    }
}
