using Collab.Ledger.Storage;
using Microsoft.Win32.SafeHandles;

namespace Collab.Ledger.Tests.Storage;

/// <summary>The real disk, with something done at one of the steps: a failure, a partial write, or a picture of the folder.</summary>
internal sealed class FaultyFiles : StorageFiles
{
    /// <summary>Called before each step with its number and name.</summary>
    public Action<int, string>? Before { get; set; }

    /// <summary>Called after each step.</summary>
    public Action<int, string>? After { get; set; }

    /// <summary>The write with this number puts down half of its bytes and then fails as a full disk does.</summary>
    public int? HalfWrite { get; set; }

    public int Steps { get; private set; }

    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        var step = Begin("write");
        if (step == HalfWrite)
        {
            base.Write(file, bytes[..(bytes.Length / 2)], offset);
            throw new IOException("No space left on device");
        }

        base.Write(file, bytes, offset);
        After?.Invoke(step, "write");
    }

    public override void Sync(SafeFileHandle file) => Step("sync", () => base.Sync(file));

    public override void Cut(SafeFileHandle file, long length) => Step("cut", () => base.Cut(file, length));

    public override void Rename(string from, string to) => Step("rename", () => base.Rename(from, to));

    public override void SyncDirectory(string path) => Step("sync directory", () => base.SyncDirectory(path));

    private int Begin(string name)
    {
        Before?.Invoke(++Steps, name);
        return Steps;
    }

    private void Step(string name, Action action)
    {
        var step = Begin(name);
        action();
        After?.Invoke(step, name);
    }
}
