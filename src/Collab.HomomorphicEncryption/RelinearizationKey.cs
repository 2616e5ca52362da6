using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>Brings a product of ciphertexts back from three parts to two. Public; made by <see cref="SecretKey.RelinearizationKey"/>.</summary>
/// <remarks>It encrypts s² under s: security assumes that this circular encryption is safe, as every such scheme does.</remarks>
public sealed class RelinearizationKey : IDisposable
{
    private const byte Kind = 4;

    internal RelinearizationKey(BfvParameters parameters, KeySwitchingKey key) => (Parameters, Key) = (parameters, key);

    /// <summary>What it belongs to.</summary>
    public BfvParameters Parameters { get; }

    internal KeySwitchingKey Key { get; }

    /// <summary>The canonical bytes: parameter digest, kind, seed, residues for each prime of Q.</summary>
    public byte[] Encode()
    {
        var writer = new CanonicalWriter().Digest(Parameters.Id).Byte(Kind);
        Key.Write(writer);
        return writer.ToArray();
    }

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">Other parameters, a residue at or above its prime, or a wrong size.</exception>
    public static RelinearizationKey Decode(BfvParameters parameters, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var reader = new CanonicalReader(bytes);
        Ciphertext.ReadHeader(ref reader, parameters, Kind);
        if (!parameters.SupportsKeySwitching) throw new MalformedException("parameters with key switching");
        if (reader.Remaining != KeySwitchingKey.Size(parameters)) throw new MalformedException("as many residues as the parameters have");
        return new(parameters, KeySwitchingKey.Read(ref reader, parameters));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Key.Dispose();
}
