using System.Security.Cryptography;
using Collab.Arithmetic.Curves;
using Collab.Primitives;

namespace Collab.Psi.Incremental;

/// <summary>One version of one party's state: which history it ends, and which files hold it. At rest encrypted under the host's storage key, with the blinding key.</summary>
/// <param name="Context">The pair and its datasets.</param>
/// <param name="IsReceiver">Whose state.</param>
/// <param name="Version">Updates so far.</param>
/// <param name="Chain">The digest of all updates so far.</param>
/// <param name="Update">The name of the last update.</param>
/// <param name="ById">The receiver's items: identifier to mask. Of a sender that uses whole sets, the names of its items, without values.</param>
/// <param name="ByMask">The receiver's items: mask to identifier.</param>
/// <param name="Sender">The masks of the sender's items.</param>
/// <param name="Added">Run of the identifiers that the last update brought into the intersection; null for none.</param>
/// <param name="Removed">Run of the identifiers that the last update took out of the intersection; null for none.</param>
/// <param name="Matches">The receiver's items in the intersection.</param>
internal sealed record IncrementalManifest(
    Digest Context,
    bool IsReceiver,
    ulong Version,
    Digest Chain,
    Digest Update,
    IReadOnlyList<Segment> ById,
    IReadOnlyList<Segment> ByMask,
    IReadOnlyList<Segment> Sender,
    string? Added,
    string? Removed,
    ulong Matches)
{
    /// <summary>All files that this version needs.</summary>
    public IEnumerable<string> Files =>
        ById.Concat(ByMask).Concat(Sender).SelectMany(segment => new[] { segment.Puts, segment.Removals }).Append(Added).Append(Removed).OfType<string>();

    /// <summary>nonce ‖ tag ‖ AES-256-GCM(scalar ‖ manifest), the format's name associated.</summary>
    public byte[] Seal(SecretBytes scalar, SecretBytes storageKey)
    {
        var writer = new CanonicalWriter();
        writer.Digest(Context).Boolean(IsReceiver).UInt64(Version).Digest(Chain).Digest(Update)
            .List(ById, Segment.Encode).List(ByMask, Segment.Encode).List(Sender, Segment.Encode)
            .Optional(Added, (w, name) => w.Text(name)).Optional(Removed, (w, name) => w.Text(name)).UInt64(Matches);
        var plain = new byte[Curve25519.ScalarSize + writer.Written.Length];
        scalar.Use(plain, static (secret, plain) =>
        {
            secret.CopyTo(plain);
            return true;
        });
        writer.Written.CopyTo(plain.AsSpan(Curve25519.ScalarSize));
        return SealedState.Seal(plain, storageKey, Format);
    }

    /// <summary>Reads what <see cref="Seal"/> wrote.</summary>
    /// <exception cref="IncrementalStateException">Another key, or a changed file.</exception>
    public static (IncrementalManifest Manifest, SecretBytes Scalar) Open(byte[] file, SecretBytes storageKey)
    {
        var plain = SealedState.Open(file, storageKey, Format) ?? throw IncrementalStateException.Damaged("its file was changed or the storage key is another");
        try
        {
            var reader = new CanonicalReader(plain.AsSpan(Curve25519.ScalarSize));
            var manifest = new IncrementalManifest(
                reader.Digest(), reader.Boolean(), reader.UInt64(), reader.Digest(), reader.Digest(),
                reader.List((ref r) => Segment.Decode(ref r)), reader.List((ref r) => Segment.Decode(ref r)), reader.List((ref r) => Segment.Decode(ref r)),
                reader.Optional((ref r) => r.Text()), reader.Optional((ref r) => r.Text()), reader.UInt64());
            reader.End();
            return (manifest, SecretBytes.Take(plain.AsSpan(0, Curve25519.ScalarSize)));
        }
        catch (Exception failure) when (failure is MalformedException or ArgumentException)
        {
            throw IncrementalStateException.Damaged("its file has another form", failure);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static ReadOnlySpan<byte> Format => "collab.psi-incremental.state.2"u8;
}
