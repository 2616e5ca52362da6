using System.Buffers.Binary;
using System.Numerics;
using Collab.Cryptography.Oprf;
using Collab.Primitives;

namespace Collab.Psi.Oprf;

/// <summary>A server's set as pseudorandom tokens: what a client keeps to compare with. Without the server's key it tells nothing but its size.</summary>
/// <remarks>Tokens are the first bytes of F(k, item), ascending, each once. specs/psi-oprf.md, "Parameters and why".</remarks>
public sealed class TokenList
{
    /// <summary>The most items of a list.</summary>
    public const int LargestCount = 1 << 26;

    private const int StatisticalBits = 40, CheckBits = 20;

    private readonly byte[] _tokens;

    internal TokenList(OprfSuite suite, OprfMode mode, ReadOnlyMemory<byte> publicKey, byte[] tokens, int count)
    {
        (Suite, Mode, PublicKey, _tokens, Count) = (suite, mode, publicKey, tokens, count);
        Version = VersionOf();
    }

    /// <summary>Group and hash.</summary>
    public OprfSuite Suite { get; }

    /// <summary>Whether the server proves its answers.</summary>
    public OprfMode Mode { get; }

    /// <summary>The public key that answers are proven with; empty in the mode without.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>How many tokens.</summary>
    public int Count { get; }

    /// <summary>The size of a token, in bytes.</summary>
    public int TokenSize => SizeFor(Count);

    /// <summary>A digest of everything here: client and server say by it which list they mean.</summary>
    public Digest Version { get; }

    internal ReadOnlyMemory<byte> Tokens => _tokens;

    /// <summary>⌈(40 + 20 + ⌈log₂ n⌉)/8⌉: over 2^20 checks a record that is not in the list meets a token with chance 2^-40 at most.</summary>
    public static int SizeFor(int count) =>
        (StatisticalBits + CheckBits + (count <= 1 ? 0 : BitOperations.Log2((uint)(count - 1)) + 1) + 7) / 8;

    /// <summary>Makes the list of a set.</summary>
    /// <param name="key">The server's key, for this list alone.</param>
    /// <param name="items">Canonical items; repetitions become one token.</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <exception cref="ArgumentException">Too many items, or one is too long.</exception>
    /// <remarks>One evaluation of F an item.</remarks>
    public static TokenList Create(OprfKey key, IReadOnlyList<ReadOnlyMemory<byte>> items, int parallelism = 1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items.Count, LargestCount, nameof(items));
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        var values = new UInt128[items.Count];
        if (items.Any(item => item.Length > OprfKey.LongestInput)) throw new ArgumentException("An item is too long.", nameof(items));
        Parallel.For(
            0, values.Length, new ParallelOptions { MaxDegreeOfParallelism = parallelism },
            i => values[i] = BinaryPrimitives.ReadUInt128BigEndian(key.Evaluate(items[i].Span)));
        return Of(key, values);
    }

    /// <summary>The list of values F(k, x), of which the first 16 bytes are given; sorts them.</summary>
    internal static TokenList Of(OprfKey key, UInt128[] values)
    {
        Array.Sort(values);
        var distinct = values.Length == 0 ? 0 : 1;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] != values[distinct - 1]) values[distinct++] = values[i];
        }

        var size = SizeFor(distinct);
        var tokens = new byte[distinct * size];
        Span<byte> whole = stackalloc byte[16];
        for (var i = 0; i < distinct; i++)
        {
            BinaryPrimitives.WriteUInt128BigEndian(whole, values[i]);
            whole[..size].CopyTo(tokens.AsSpan(i * size));
        }

        return new(key.Suite, key.Mode, key.Mode == OprfMode.Voprf ? key.PublicKey : default, tokens, distinct);
    }

    /// <summary>Whether the list has the token that begins a value F(k, x). Timing tells where it would stand.</summary>
    internal bool Contains(ReadOnlySpan<byte> value)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = _tokens.AsSpan(middle * TokenSize, TokenSize).SequenceCompareTo(value[..TokenSize]);
            if (order == 0) return true;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return false;
    }

    private Digest VersionOf()
    {
        var writer = new byte[6 + PublicKey.Length];
        (writer[0], writer[1]) = ((byte)Suite, (byte)Mode);
        BinaryPrimitives.WriteInt32LittleEndian(writer.AsSpan(2), Count);
        PublicKey.CopyTo(writer.AsMemory(6));
        using var hash = Digest.Begin("collab.psi-oprf.list", (ulong)writer.Length + (ulong)_tokens.Length);
        hash.AppendData(writer);
        hash.AppendData(_tokens);
        return new Digest(hash.GetHashAndReset());
    }
}
