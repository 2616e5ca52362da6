using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>Step 1b: from base transfers to 2^k seeds for each group of k columns, of which the party with Δ gets all but the one numbered by its bits of Δ.</summary>
/// <remarks>
/// A tree of seeds for each group whose first level are the keys of a base transfer, the sums of the other levels going under those of the other
/// k − 1; malicious with the proof that the seeds are those of one tree. With k = 1 there is nothing to do.
/// Source: eprint 2022/192, figures 13 (building) and 14 (proving and verifying).
/// </remarks>
internal sealed class FieldSeeds : IDisposable
{
    private const int ProofBlocks = Digest.Size / Gf128.Size;

    private readonly int _bits;
    private readonly bool _proves;
    private readonly byte[] _context;
    private readonly AesDoubling _doubling;

    private FieldSeeds(OtExtensionOptions options)
    {
        (_bits, _proves, _context) = (options.FieldBits, options.Security == SecurityModel.Malicious, options.Context.ToArray());
        var keys = Digest.Of("collab.ot-extension.tree-keys.v1", _context).ToArray();
        _doubling = new(Gf128.Read(keys), Gf128.Read(keys.AsSpan(Gf128.Size)));
    }

    private int GroupCount => BitMatrix.Side / _bits;

    private int SeedCount => 1 << _bits;

    private int SumBlocks => 2 * (_bits - 1);

    /// <summary>Blocks of the message: for each group the masked sums, and malicious what proves them; then one digest.</summary>
    private int MessageBlocks => (GroupCount * (SumBlocks + (_proves ? ProofBlocks : 0))) + (_proves ? ProofBlocks : 0);

    /// <summary>The party that gets all seeds: the receiver of the extension.</summary>
    /// <param name="channel">To the party with Δ.</param>
    /// <param name="keys">The base keys, shape [128, 2].</param>
    /// <param name="options">Context, model and k.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<FieldStreams> SendAsync(IChannel channel, ReadOnlyMemory<Gf128> keys, OtExtensionOptions options, CancellationToken cancellation)
    {
        using var seeds = new FieldSeeds(options);
        var streams = new AesPrg?[seeds.GroupCount * seeds.SeedCount];
        var message = new Gf128[seeds.MessageBlocks];
        seeds.Grow(keys.Span, message, streams);
        if (seeds._bits > 1) await BlocksMessage.SendAsync(channel, 0, message, cancellation).ConfigureAwait(false);                 // 1b →
        return new(streams, options.FieldBits);
    }

    /// <summary>The party with Δ: the seed z of a group is at y = z + its bits of Δ, so that 0 is the one it lacks.</summary>
    /// <param name="channel">To the party with all seeds.</param>
    /// <param name="keys">The base keys of the bits of Δ, shape [128].</param>
    /// <param name="delta">Δ.</param>
    /// <param name="options">Context, model and k.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The seeds are not those of one tree; which of them is not said.</exception>
    public static async Task<FieldStreams> ReceiveAsync(
        IChannel channel, ReadOnlyMemory<Gf128> keys, Gf128 delta, OtExtensionOptions options, CancellationToken cancellation)
    {
        using var seeds = new FieldSeeds(options);
        var streams = new AesPrg?[seeds.GroupCount * seeds.SeedCount];
        using var message = seeds._bits == 1
            ? new BlocksMessage(0, NativeBuffer<Gf128>.AllocateZeroed(seeds.MessageBlocks))
            : await BlocksMessage.ReceiveAsync(channel, ExtensionSteps.Seeds, 0, seeds.MessageBlocks, cancellation).ConfigureAwait(false); // 1b ←
        var proven = seeds.GrowPunctured(keys.Span, delta, message.Blocks.Span, streams);
        var result = new FieldStreams(streams, options.FieldBits);
        if (proven) return result;
        result.Dispose();
        throw new PeerFaultException(channel.Peer, ExtensionSteps.Seeds, "seeds of one tree for each group");
    }

    public void Dispose() => _doubling.Dispose();

    private void Grow(ReadOnlySpan<Gf128> keys, Span<Gf128> message, AesPrg?[] streams)
    {
        var nodes = new Gf128[SeedCount];
        var proofs = new byte[SeedCount * Digest.Size];
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var group = 0; group < GroupCount; group++)
        {
            var sums = message.Slice(group * SumBlocks, SumBlocks);
            var column = (group * _bits) + _bits - 1;
            (nodes[0], nodes[1]) = (keys[(2 * column) + 1], keys[2 * column]);           // the key of choice c opens the side that is not c
            for (var level = 1; level < _bits; level++)
            {
                column--;
                var (zero, one) = _doubling.Expand(nodes.AsSpan(0, 1 << level), nodes.AsSpan(0, 2 << level));
                sums[(2 * level) - 2] = zero + keys[(2 * column) + 1];
                sums[(2 * level) - 1] = one + keys[2 * column];
            }

            if (_bits > 1 && _proves)
            {
                Prove(group, nodes, proofs, message.Slice((GroupCount * SumBlocks) + (group * ProofBlocks), ProofBlocks));
                digest.AppendData(proofs);
            }

            for (var z = 0; z < SeedCount; z++) streams[(group << _bits) + z] = new AesPrg(nodes[z]);
        }

        if (_bits > 1 && _proves) digest.GetHashAndReset(MemoryMarshal.AsBytes(message[^ProofBlocks..]));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(nodes.AsSpan()));
        CryptographicOperations.ZeroMemory(proofs);
    }

    private bool GrowPunctured(ReadOnlySpan<Gf128> keys, Gf128 delta, ReadOnlySpan<Gf128> message, AesPrg?[] streams)
    {
        var nodes = new Gf128[SeedCount];
        var proofs = new byte[SeedCount * Digest.Size];
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var group = 0; group < GroupCount; group++)
        {
            var sums = message.Slice(group * SumBlocks, SumBlocks);
            var column = (group * _bits) + _bits - 1;
            (nodes[0], nodes[1]) = (Gf128.Zero, keys[column]);
            for (var level = 1; level < _bits; level++)
            {
                column--;
                var bit = Mask(delta, column);
                _doubling.Expand(nodes.AsSpan(0, 1 << level), nodes.AsSpan(0, 2 << level));
                var known = keys[column] + Select(bit, sums[(2 * level) - 2], sums[(2 * level) - 1]); // the sum of the side that is not Δ's bit
                for (var i = 1 << level; i-- > 1;)
                {
                    Swap(bit, ref nodes[2 * i], ref nodes[(2 * i) + 1]);
                    known += nodes[(2 * i) + 1];
                }

                (nodes[0], nodes[1]) = (Gf128.Zero, known);
            }

            if (_bits > 1 && _proves)
            {
                Verify(group, nodes, delta, proofs, message.Slice((GroupCount * SumBlocks) + (group * ProofBlocks), ProofBlocks));
                digest.AppendData(proofs);
            }

            for (var y = 1; y < SeedCount; y++) streams[(group << _bits) + y] = new AesPrg(nodes[y]);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(nodes.AsSpan()));
        CryptographicOperations.ZeroMemory(proofs);
        return _bits == 1 || !_proves
            || CryptographicOperations.FixedTimeEquals(digest.GetHashAndReset(), MemoryMarshal.AsBytes(message[^ProofBlocks..]));
    }

    /// <summary>Figure 14: every leaf becomes a seed and a proof of 256 bits; the sum of the proofs goes to the other side.</summary>
    private void Prove(int group, Span<Gf128> leaves, Span<byte> proofs, Span<Gf128> total)
    {
        var sum = MemoryMarshal.AsBytes(total);
        sum.Clear();
        for (var z = 0; z < leaves.Length; z++)
        {
            var proof = proofs.Slice(z * Digest.Size, Digest.Size);
            Finish(group, ref leaves[z], proof);
            for (var i = 0; i < sum.Length; i++) sum[i] ^= proof[i];
        }
    }

    /// <summary>Figure 14, the other side: the missing proof is the total less the others; then all are put in the order of z without a look at Δ.</summary>
    private void Verify(int group, Span<Gf128> leaves, Gf128 delta, Span<byte> proofs, ReadOnlySpan<Gf128> total)
    {
        var missing = proofs[..Digest.Size];
        MemoryMarshal.AsBytes(total).CopyTo(missing);
        for (var y = 1; y < leaves.Length; y++)
        {
            var proof = proofs.Slice(y * Digest.Size, Digest.Size);
            Finish(group, ref leaves[y], proof);
            for (var i = 0; i < missing.Length; i++) missing[i] ^= proof[i];
        }

        var blocks = MemoryMarshal.Cast<byte, Gf128>(proofs);
        for (var j = 0; j < _bits; j++)
        {
            var bit = Mask(delta, (group * _bits) + j);
            for (var y = 0; y < leaves.Length; y++)
            {
                if ((y >> j & 1) != 0) continue;
                for (var b = 0; b < ProofBlocks; b++) Swap(bit, ref blocks[(y * ProofBlocks) + b], ref blocks[((y | 1 << j) * ProofBlocks) + b]);
            }
        }
    }

    /// <summary>SHA-512 of domain, context, group and leaf: 16 bytes of seed, 32 of proof.</summary>
    private void Finish(int group, ref Gf128 leaf, Span<byte> proof)
    {
        ReadOnlySpan<byte> domain = "COLLAB-OTEXT1-SEED"u8;
        Span<byte> input = stackalloc byte[domain.Length + Digest.Size + 1 + Gf128.Size], output = stackalloc byte[SHA512.HashSizeInBytes];
        domain.CopyTo(input);
        _context.CopyTo(input[domain.Length..]);
        input[domain.Length + Digest.Size] = (byte)group;
        leaf.Write(input[^Gf128.Size..]);
        SHA512.HashData(input, output);
        leaf = Gf128.Read(output);
        output.Slice(Gf128.Size, Digest.Size).CopyTo(proof);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(output);
    }

    private static ulong Mask(Gf128 delta, int bit) => unchecked(0 - ((bit < 64 ? delta.Low : delta.High) >> (bit & 63) & 1));

    /// <summary>The second unless the mask is ones.</summary>
    private static Gf128 Select(ulong mask, Gf128 ifOnes, Gf128 ifZero) =>
        new(ifZero.Low ^ (mask & (ifZero.Low ^ ifOnes.Low)), ifZero.High ^ (mask & (ifZero.High ^ ifOnes.High)));

    private static void Swap(ulong mask, ref Gf128 one, ref Gf128 other)
    {
        ulong low = mask & (one.Low ^ other.Low), high = mask & (one.High ^ other.High);
        one = new(one.Low ^ low, one.High ^ high);
        other = new(other.Low ^ low, other.High ^ high);
    }
}
