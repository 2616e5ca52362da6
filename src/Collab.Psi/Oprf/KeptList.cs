using System.Buffers;
using Collab.Primitives;

namespace Collab.Psi.Oprf;

/// <summary>A client's copy of a server's list on disk: the messages of steps 1 and 2, which tell nothing but their number to who has no answers.</summary>
public static class KeptList
{
    private const string FileName = "list";

    /// <summary>The list of that version, or null where it is not kept, or not whole.</summary>
    public static TokenList? Find(string folder, Digest version)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return null;
        var bytes = File.ReadAllBytes(path);
        try
        {
            if (bytes.Length < 1 || bytes.Length < 1 + bytes[0]) return null;
            var header = ListHeader.Decode(bytes.AsSpan(1, bytes[0]));
            var tokens = bytes.AsSpan(1 + bytes[0]).ToArray();
            if (!header.HasGoodKey() || tokens.LongLength != (long)header.Count * TokenList.SizeFor(header.Count)) return null;
            var list = new TokenList(header.Suite, header.Mode, header.PublicKey, tokens, header.Count);
            return list.Version == version ? list : null; // the version is a digest of all of it, so damage is another version
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    /// <summary>Keeps a list in place of the one before.</summary>
    /// <exception cref="IOException">The disk failed; the one before is still there.</exception>
    public static void Keep(string folder, TokenList list)
    {
        var header = new ArrayBufferWriter<byte>();
        new ListHeader(list.Suite, list.Mode, list.Count, list.PublicKey.ToArray()).Encode(header);
        DurableFile.Replace(Path.Combine(folder, FileName), stream =>
        {
            stream.WriteByte((byte)header.WrittenCount);
            stream.Write(header.WrittenSpan);
            stream.Write(list.Tokens.Span);
        });
    }
}
