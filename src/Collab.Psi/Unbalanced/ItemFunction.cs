using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.Vole;

namespace Collab.Psi.Unbalanced;

/// <summary>What follows of an item's seed, the first 16 bytes of F(k, item), under parameters and a salt: bins, point, tags, the key of its label.</summary>
/// <remarks>Hashes H_j(d) = π_j(d) + d as in psi-circuit (<see cref="BinHash"/>): H_0 the bins, H_1 the point and a tag, H_2 and H_3 two tags each, H_4 the key.
/// A number modulo t is ⌊w·t/2^64⌋ of a word w.</remarks>
internal sealed class ItemFunction
{
    private const int LabelHash = 3;
    private readonly UnbalancedParameters _parameters;
    private readonly Digest _context;
    private readonly ulong _modulus;

    public ItemFunction(UnbalancedParameters parameters, uint salt)
    {
        (_parameters, _modulus) = (parameters, parameters.Encryption.PlaintextModulus);
        _context = Digest.Of("collab.psi-unbalanced.items", new CanonicalWriter().Digest(parameters.Id).UInt32(salt).Written);
    }

    /// <summary>The bins, shape [h, n].</summary>
    public int[] Bins(ReadOnlySpan<Gf128> seeds)
    {
        var bins = new int[BinLayout.Choices * seeds.Length];
        BinHash.Bins(_context, seeds, new BinLayout(_parameters.Bins), bins);
        return _parameters.Choices == 1 ? bins[..seeds.Length] : bins;
    }

    /// <summary>The points, shape [n], and the tags, shape [n, stride] from the first column on.</summary>
    public void Numbers(ReadOnlySpan<Gf128> seeds, Span<uint> points, Span<uint> tags, int stride)
    {
        using var hashes = NativeBuffer<Gf128>.Allocate(seeds.Length);
        for (var hash = 0; 2 * hash < _parameters.Tags + 1; hash++)
        {
            BinHash.Keys(_context, hash, seeds, hashes.Span);
            for (var half = 0; half < 2; half++)
            {
                var tag = (2 * hash) + half - 1;
                if (tag >= _parameters.Tags) break;
                for (var i = 0; i < seeds.Length; i++)
                {
                    var number = (uint)Math.BigMul(half == 0 ? hashes.Span[i].High : hashes.Span[i].Low, _modulus, out _);
                    if (tag < 0) points[i] = number;
                    else tags[(i * stride) + tag] = number;
                }
            }
        }
    }

    /// <summary>Adds the pad of seed and nonce to a label: encrypts and decrypts.</summary>
    public void AddPad(Gf128 seed, ulong nonce, Span<byte> label)
    {
        Span<Gf128> key = [seed], block = [new Gf128(nonce, 0)];
        BinHash.Keys(_context, LabelHash, key, key);
        Span<byte> prefix = stackalloc byte[Sha256Pairs.PrefixSize];
        ItemDigests.FillPrefix("collab.psi-unbalanced.label", _context, prefix);
        Sha256Pairs.Hash(prefix, key, block, key, []);
        KeyedPads.AddTo(_context, key, label, label.Length);
        key.Clear();
    }
}
