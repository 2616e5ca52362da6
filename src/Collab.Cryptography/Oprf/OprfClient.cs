using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Cryptography.Oprf;

/// <summary>A client's side of an oblivious pseudorandom function: blinds inputs, checks answers, gets F(k, x).</summary>
/// <remarks>Modes OPRF and VOPRF of RFC 9497, section 3.3.</remarks>
public sealed class OprfClient
{
    private readonly OprfGroup _group;
    private readonly byte[]? _publicKey;

    /// <summary>A client of the mode without proofs.</summary>
    public OprfClient(OprfSuite suite) => _group = OprfGroup.Of(suite, OprfMode.Oprf);

    /// <summary>A client of the verifiable mode.</summary>
    /// <param name="suite">Group and hash.</param>
    /// <param name="publicKey">k·G of the server, got in a way that is trusted; copied.</param>
    /// <exception cref="ArgumentException">The public key is no element.</exception>
    public OprfClient(OprfSuite suite, ReadOnlySpan<byte> publicKey)
    {
        _group = OprfGroup.Of(suite, OprfMode.Voprf);
        _publicKey = publicKey.ToArray();
        if (!_group.IsElement(_publicKey)) throw new ArgumentException("No public key of the suite.", nameof(publicKey));
    }

    /// <summary>The size of an element, in bytes.</summary>
    public int ElementSize => _group.ElementSize;

    /// <summary>The size of a proof, in bytes; 0 without.</summary>
    public int ProofSize => _publicKey is null ? 0 : 2 * _group.ScalarSize;

    /// <summary>Blinds an input.</summary>
    /// <param name="input">x, up to <see cref="OprfKey.LongestInput"/> bytes; copied.</param>
    /// <param name="random">The blind.</param>
    /// <exception cref="ArgumentException">The input is too long.</exception>
    public OprfBlinding Blind(ReadOnlySpan<byte> input, RandomSource random) => Blind(input, _group.RandomScalar(random));

    /// <summary>The values of blinded inputs from the server's answers.</summary>
    /// <param name="blindings">What <c>Blind</c> returned, 1 or more.</param>
    /// <param name="evaluated">The answers as received, one for each; every one is checked.</param>
    /// <param name="proof">The proof as received; empty in the mode without.</param>
    /// <returns>F(k, x) for each, or null if an answer is no element or the proof does not hold.</returns>
    /// <exception cref="ArgumentException">There is no blinding.</exception>
    public byte[][]? Finish(IReadOnlyList<OprfBlinding> blindings, IReadOnlyList<ReadOnlyMemory<byte>> evaluated, ReadOnlySpan<byte> proof = default)
    {
        if (blindings.Count == 0) throw new ArgumentException("One blinding or more.", nameof(blindings));
        if (evaluated.Count != blindings.Count || blindings.Count > OprfProof.LargestCount) return null;
        byte[][] answers = [.. evaluated.Select(element => element.ToArray())];
        if (!Array.TrueForAll(answers, answer => _group.IsElement(answer))) return null;
        if (_publicKey is null ? !proof.IsEmpty : !Verify(blindings, answers, proof)) return null;
        return [.. blindings.Select((blinding, i) => blinding.Finish(answers[i]))];
    }

    internal OprfBlinding Blind(ReadOnlySpan<byte> input, byte[] blind)
    {
        var element = Hashed(_group, input);
        var blinded = _group.Multiply(blind, element);
        CryptographicOperations.ZeroMemory(element);
        return new(_group, input.ToArray(), SecretBytes.Take(blind), blinded);
    }

    /// <summary>HashToGroup of an input, which is refused where it gives the neutral element.</summary>
    internal static byte[] Hashed(OprfGroup group, ReadOnlySpan<byte> input)
    {
        if (input.Length > OprfKey.LongestInput) throw new ArgumentException($"An input has {OprfKey.LongestInput} bytes at most.", nameof(input));
        var element = group.HashToGroup(input);
        return group.IsElement(element) ? element : throw new ArgumentException("This input hashes to the neutral element.", nameof(input));
    }

    /// <summary>Hash(input ‖ element ‖ "Finalize"), both with their lengths.</summary>
    internal static byte[] Finish(OprfGroup group, ReadOnlySpan<byte> input, byte[] element)
    {
        var transcript = new OprfTranscript().Part(input).Part(element).End("Finalize");
        var value = group.HashOf(transcript);
        CryptographicOperations.ZeroMemory(transcript);
        CryptographicOperations.ZeroMemory(element);
        return value;
    }

    private bool Verify(IReadOnlyList<OprfBlinding> blindings, byte[][] answers, ReadOnlySpan<byte> proof) =>
        OprfProof.Verify(_group, _publicKey!, [.. blindings.Select(blinding => blinding.Element.ToArray())], answers, proof);
}
