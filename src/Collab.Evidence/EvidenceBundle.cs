using System.Buffers;
using System.Text.RegularExpressions;
using Collab.Cryptography.Signatures;
using Collab.Primitives;

namespace Collab.Evidence;

/// <summary>
/// Evidence as one file, of one run or of a period: a sealed table of contents, then the parts. It holds no input, no key and no result;
/// the opening of a result's commitment is a file of its own.
/// </summary>
/// <remarks>
/// Layout (protocols/specs/evidence-bundle.md, audit-archive.md): the first line (<see cref="Magic"/>), u32 length and table of contents, u32 length and
/// the exporter's signature over the digest of that table, then the parts one after the other. Every byte is covered.
/// </remarks>
public sealed partial class EvidenceBundle
{
    private const int MaximumParts = 4096;
    private const int MaximumSoftware = 100;

    private EvidenceBundle(PartyId exporter, DateTimeOffset exported, string software, IReadOnlyList<BundlePart> parts, byte[] seal, Digest sealedDigest)
    {
        (Exporter, Exported, Software, Parts, Seal, SealedDigest) = (exporter, exported, software, parts, seal, sealedDigest);
    }

    /// <summary>How the bundle of a run begins.</summary>
    public static ReadOnlySpan<byte> Magic => "collab-evidence/1\n"u8;

    /// <summary>How the archive of a period begins.</summary>
    public static ReadOnlySpan<byte> ArchiveMagic => "collab-archive/1\n"u8;

    /// <summary>What the file says it is, or null when it is neither.</summary>
    public static EvidenceKind? KindOf(ReadOnlySpan<byte> file) =>
        file.StartsWith("collab-evidence/"u8) ? EvidenceKind.Run : file.StartsWith("collab-archive/"u8) ? EvidenceKind.Archive : null;

    /// <summary>Who exported it. The seal keeps the file whole; it proves nothing of the run.</summary>
    public PartyId Exporter { get; }

    /// <summary>When, by the exporter's clock.</summary>
    public DateTimeOffset Exported { get; }

    /// <summary>Name and version of the program that exported it.</summary>
    public string Software { get; }

    /// <summary>The parts in their order; names are unique.</summary>
    public IReadOnlyList<BundlePart> Parts { get; }

    /// <summary>The exporter's signature.</summary>
    public ReadOnlyMemory<byte> Seal { get; }

    /// <summary>What the seal signs.</summary>
    public Digest SealedDigest { get; }

    /// <summary>The part of that name, or null.</summary>
    public BundlePart? Find(string name) => Parts.FirstOrDefault(p => p.Name == name);

    /// <summary>Writes and seals a bundle or an archive.</summary>
    public static byte[] Write(
        PartyId exporter, SigningKey key, DateTimeOffset exported, string software, IReadOnlyList<BundlePart> parts, EvidenceKind kind = EvidenceKind.Run)
    {
        var contents = new CanonicalWriter()
            .Party(exporter).Time(exported).Text(software)
            .List(parts, (w, p) => w.Text(p.Name).UInt32((uint)p.Content.Length).Digest(p.Digest))
            .ToArray();
        var file = new ArrayBufferWriter<byte>();
        file.Write(MagicOf(kind));
        file.Write(new CanonicalWriter().Bytes(contents).Bytes(key.Sign(Digest.Of(SealDomain(kind), contents).ToArray())).Written);
        foreach (var part in parts) file.Write(part.Content.Span);
        return file.WrittenSpan.ToArray();
    }

    /// <summary>Reads a bundle or an archive and checks every part against the table of contents. The seal itself is the verifier's to check.</summary>
    /// <exception cref="EvidenceException">Names the part that is malformed or altered.</exception>
    public static EvidenceBundle Read(ReadOnlyMemory<byte> file, EvidenceKind kind = EvidenceKind.Run)
    {
        var bytes = file.Span;
        var magic = MagicOf(kind);
        var name = kind == EvidenceKind.Run ? "a bundle" : "an archive";
        if (!bytes.StartsWith(magic))
        {
            throw KindOf(bytes) == kind
                ? new EvidenceException(EvidenceErrors.Unsupported, "header", $"The file is {name} of another version.")
                : new EvidenceException(EvidenceErrors.Malformed, "header", $"The file does not begin as {name} does.");
        }

        try
        {
            var reader = new CanonicalReader(bytes[magic.Length..]);
            var contents = reader.Bytes();
            var seal = reader.Bytes().ToArray();
            var body = file[^reader.Remaining..];

            var table = new CanonicalReader(contents);
            var (exporter, exported, software) = (table.Party(), table.Time(), table.Text());
            var lines = table.List((ref r) => (Name: r.Text(), Size: r.UInt32(), Digest: r.Digest()));
            table.End();
            if (software.Length > MaximumSoftware || software.Any(char.IsControl)) throw new MalformedException("a short name of a program");
            if (!Array.TrueForAll(lines, l => PartName().IsMatch(l.Name))) throw new MalformedException("part names of a-z, 0-9, '-' and single slashes");
            if (lines.Length > MaximumParts || lines.Select(l => l.Name).Distinct().Count() != lines.Length)
                throw new MalformedException("part names without repetition");
            if (lines.Sum(l => (long)l.Size) != body.Length) throw new MalformedException("parts of the sizes in the table of contents");

            return new(exporter, exported, software, Cut(lines, body), seal, Digest.Of(SealDomain(kind), contents));
        }
        catch (MalformedException e)
        {
            throw new EvidenceException(EvidenceErrors.Malformed, "contents", $"The table of contents is malformed: expected {e.Rule}.");
        }
    }

    private static ReadOnlySpan<byte> MagicOf(EvidenceKind kind) => kind == EvidenceKind.Run ? Magic : ArchiveMagic;

    private static string SealDomain(EvidenceKind kind) => kind == EvidenceKind.Run ? "collab.evidence.v1" : "collab.archive.v1";

    // Names are shown to people and may become file names: no dots, no control characters, no empty step.
    [GeneratedRegex(@"\A(?=.{1,80}\z)[a-z0-9-]+(/[a-z0-9-]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PartName();

    private static List<BundlePart> Cut((string Name, uint Size, Digest Digest)[] lines, ReadOnlyMemory<byte> body)
    {
        var parts = new List<BundlePart>(lines.Length);
        foreach (var (name, size, digest) in lines)
        {
            var part = new BundlePart(name, body[..(int)size]);
            if (part.Digest != digest)
                throw new EvidenceException(EvidenceErrors.PartAltered, name, $"Part '{name}' is not what was sealed.");
            parts.Add(part);
            body = body[(int)size..];
        }

        return parts;
    }
}

/// <summary>What a file of evidence is about.</summary>
public enum EvidenceKind
{
    /// <summary>One run (protocols/specs/evidence-bundle.md).</summary>
    Run,

    /// <summary>All logs over a period (protocols/specs/audit-archive.md).</summary>
    Archive,
}

/// <summary>One named part of a bundle.</summary>
/// <param name="Name">For example <c>plan</c>, <c>log/riverside</c>, <c>receipt/registry</c>.</param>
/// <param name="Content">Its bytes.</param>
public sealed record BundlePart(string Name, ReadOnlyMemory<byte> Content)
{
    /// <summary>The digest that stands in the table of contents.</summary>
    public Digest Digest => Digest.Of("collab.evidence.part.v1", Content.Span);
}

/// <summary>Evidence that does not hold. Names the part, and what in it.</summary>
public sealed class EvidenceException(ErrorCode code, string part, string message) : CollabException(code, message)
{
    /// <summary>The part of the bundle.</summary>
    public string Part { get; } = part;
}
