using System.Buffers.Binary;
using Collab.Channels;
using Collab.Cryptography;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Replays;

/// <summary>What a party opens of a run, read from a file: seed, rows, messages. Messages and rows stay in the file until they are asked for.</summary>
/// <remarks>
/// Layout (protocols/specs/replay.md, "Package"): <see cref="Magic"/>; the 32 bytes of the seed; the opening of the commitment; then for each block u32 length and
/// the block; a length of 0 ends it. It is as secret as all that the party read and heard in the run.
/// </remarks>
internal sealed class ReplayPackage : IDisposable
{
    /// <summary>The domain of the commitment to seed and recording.</summary>
    public const string CommitmentDomain = "collab.replay.v1";

    private const int OpeningSize = 1 + Commitment.SaltSize;

    private readonly FileStream _file;
    private readonly Dictionary<uint, List<(long At, int Size)>> _readings = [];
    private readonly Dictionary<(PartyId, string), List<(long At, int Size)>> _received = [];
    private readonly Dictionary<(PartyId, string), List<ReplayBlock.Sent>> _sent = [];

    private ReplayPackage(FileStream file, byte[] seed, CommitmentOpening opening, ReplayBlock.Head head) => (_file, Seed, Opening, Head) = (file, seed, opening, head);

    /// <summary>How a package begins.</summary>
    public static ReadOnlySpan<byte> Magic => "collab-replay/1\n"u8;

    /// <summary>The seed of the attempt; 32 bytes.</summary>
    public byte[] Seed { get; }

    /// <summary>What opens the commitment to seed and recording.</summary>
    public CommitmentOpening Opening { get; }

    /// <summary>Whose recording of what.</summary>
    public ReplayBlock.Head Head { get; }

    /// <summary>The digest of the recording.</summary>
    public Digest Recording { get; private set; }

    /// <summary>The datasets that were opened, in their order.</summary>
    public List<ReplayBlock.Dataset> Datasets { get; } = [];

    /// <summary>The sub-channels on which something was received.</summary>
    public IReadOnlyCollection<(PartyId Peer, string Label)> ReceivedOn => _received.Keys;

    /// <summary>What is committed to: the seed, then the digest of the recording.</summary>
    public static byte[] Committed(ReadOnlySpan<byte> seed, Digest recording) => new CanonicalWriter().Raw(seed).Digest(recording).ToArray();

    /// <summary>The bytes of a package, in pieces, each valid until the next is asked for.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Write(byte[] seed, CommitmentOpening opening, IEnumerable<ReadOnlyMemory<byte>> blocks)
    {
        var head = new CanonicalWriter().Raw(Magic).Raw(seed);
        opening.EncodeSecret(head);
        yield return head.ToArray();
        foreach (var block in blocks)
        {
            yield return new CanonicalWriter().UInt32((uint)block.Length).ToArray();
            yield return block;
        }

        yield return new CanonicalWriter().UInt32(0).ToArray();
    }

    /// <summary>Reads a package once and notes where what is.</summary>
    /// <exception cref="CollabException"><see cref="ReplayErrors.Malformed"/>.</exception>
    public static ReplayPackage Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return Read(file);
        }
        catch (Exception e) when (e is MalformedException or EndOfStreamException)
        {
            file.Dispose();
            throw new CollabException(ReplayErrors.Malformed, e is MalformedException malformed ? $"The file is no package of a replay: expected {malformed.Rule}." : "The package is cut short.", inner: e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The messages received on a sub-channel, how many.</summary>
    public int CountReceived(PartyId peer, string label) => _received.GetValueOrDefault((peer, label))?.Count ?? 0;

    /// <summary>A message received on a sub-channel, by its number from 0.</summary>
    public ReadOnlyMemory<byte> ReceivedMessage(PartyId peer, string label, int number) => ((ReplayBlock.Received)BlockAt(_received[(peer, label)][number])).Message;

    /// <summary>The digests of the messages sent on a sub-channel, as the party recorded them.</summary>
    public IReadOnlyList<ReplayBlock.Sent> SentOn(PartyId peer, string label) => _sent.GetValueOrDefault((peer, label)) ?? [];

    /// <summary>The rows of a reading, in their batches.</summary>
    public IEnumerable<ColumnBatch> RowsOf(uint reading) => (_readings.GetValueOrDefault(reading) ?? []).Select(at => ((ReplayBlock.Rows)BlockAt(at)).Batch);

    /// <summary>The line of all that was received on a sub-channel, as a transcript has it.</summary>
    public TranscriptEntry ReceivedLine(PartyId peer, string label)
    {
        using var hash = new LineHash(label);
        for (var number = 0; number < CountReceived(peer, label); number++) hash.Append(ReceivedMessage(peer, label, number).Span);
        return hash.Entry!;
    }

    public void Dispose() => _file.Dispose();

    private static ReplayPackage Read(FileStream file)
    {
        var magic = new byte[Magic.Length];
        file.ReadExactly(magic);
        if (!magic.AsSpan().SequenceEqual(Magic)) throw new MalformedException("a package of version 1");
        var secret = new byte[SeedStream.SeedSize + OpeningSize];
        file.ReadExactly(secret);
        var reader = new CanonicalReader(secret);
        var (seed, opening) = (reader.Raw(SeedStream.SeedSize).ToArray(), CommitmentOpening.Decode(ref reader));
        if (NextBlock(file) is not { } first || ReplayBlock.Decode(first) is not ReplayBlock.Head head) throw new MalformedException("whose recording it is, first");

        var package = new ReplayPackage(file, seed, opening, head);
        using var digest = new RecordingDigest();
        digest.Append(first);
        while (NextBlock(file) is { } bytes)
        {
            digest.Append(bytes);
            package.Note(ReplayBlock.Decode(bytes), (file.Position - bytes.Length, bytes.Length));
        }

        if (file.Position != file.Length) throw new MalformedException("nothing after the end");
        package.Recording = digest.Finish();
        return package;
    }

    private static byte[]? NextBlock(FileStream file)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        file.ReadExactly(length);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (size == 0) return null;
        if (size > file.Length - file.Position) throw new EndOfStreamException();
        var block = new byte[size];
        file.ReadExactly(block);
        return block;
    }

    private void Note(ReplayBlock block, (long At, int Size) place)
    {
        switch (block)
        {
            case ReplayBlock.Dataset dataset:
                Datasets.Add(dataset);
                break;
            case ReplayBlock.Rows rows:
                Of(_readings, rows.Reading).Add(place);
                break;
            case ReplayBlock.Received received:
                Of(_received, (received.Peer, received.Label)).Add(place);
                break;
            case ReplayBlock.Sent sent:
                Of(_sent, (sent.Peer, sent.Label)).Add(sent);
                break;
            default:
                throw new MalformedException("whose recording it is, once");
        }

        static List<TItem> Of<TKey, TItem>(Dictionary<TKey, List<TItem>> lists, TKey key)
            where TKey : notnull => lists.TryGetValue(key, out var list) ? list : lists[key] = [];
    }

    private ReplayBlock BlockAt((long At, int Size) place)
    {
        var bytes = new byte[place.Size];
        if (RandomAccess.Read(_file.SafeFileHandle, bytes, place.At) != bytes.Length) throw new CollabException(ReplayErrors.Malformed, "The package changed while it was read.");
        return ReplayBlock.Decode(bytes);
    }
}
