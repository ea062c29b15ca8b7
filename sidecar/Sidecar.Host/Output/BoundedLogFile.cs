using System.Text;

namespace Sidecar.Host.Output;

/// <summary>
/// A log file that cannot fill the disk: when it reaches its limit it becomes <c>NAME.1</c> (the one before is dropped) and a new one
/// begins. Readers may follow it while it is written. Thread safe.
/// </summary>
internal sealed class BoundedLogFile : IDisposable
{
    /// <summary>The size at which a file is turned over, in bytes: 16 MiB.</summary>
    public const long DefaultLimit = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly long _limit;
    private StreamWriter? _writer;
    private long _size;

    public BoundedLogFile(string path, long limit = DefaultLimit)
    {
        _path = path;
        _limit = limit;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        TurnOver();
    }

    /// <summary>The file's path.</summary>
    public string Path => _path;

    /// <summary>Appends a line. After <see cref="Dispose"/> it does nothing: a late line of a process that was killed is not worth a fault.</summary>
    public void Line(string text)
    {
        lock (_gate)
        {
            if (_writer is null)
            {
                return;
            }

            if (_size > _limit)
            {
                TurnOver();
            }

            _writer.WriteLine(text);
            _writer.Flush();
            _size += Encoding.UTF8.GetByteCount(text) + 1;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _writer?.Dispose();
            _writer = null;
        }
    }

    private void TurnOver()
    {
        _writer?.Dispose();
        if (File.Exists(_path))
        {
            File.Move(_path, _path + ".1", overwrite: true);
        }

        _writer = new StreamWriter(new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), new UTF8Encoding(false));
        _size = 0;
    }
}
