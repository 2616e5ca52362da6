using Collab.Arithmetic.BinaryField;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>The linear universal hash of the check: h(x) = Σ x[b]·χ^(b+1) + x[last], which hides x as the last block is uniform.</summary>
/// <remarks>
/// Two different x of n blocks meet with chance n·2^-128 at most over a uniform χ, being a root of their difference.
/// Source: eprint 2022/192, section 3.2 and definitions there (linear universal hashing, hiding by R = [R' | 1]).
/// </remarks>
internal sealed class ColumnHash
{
    private readonly Gf128[] _powers;

    /// <summary>The hash of columns with so many blocks, the mask among them.</summary>
    public ColumnHash(Gf128 challenge, int blocks)
    {
        _powers = new Gf128[blocks];
        var power = challenge;
        for (var b = 0; b < blocks - 1; b++)
        {
            _powers[b] = power;
            power *= challenge;
        }

        _powers[^1] = Gf128.One;
    }

    /// <summary>h of one column.</summary>
    public Gf128 Of(ReadOnlySpan<Gf128> column) => Gf128Vector.InnerProduct(_powers, column);

    /// <summary>h of every column, shape [128, blocks].</summary>
    public void OfAll(ReadOnlySpan<Gf128> columns, Span<Gf128> hashes)
    {
        for (var j = 0; j < hashes.Length; j++) hashes[j] = Of(columns.Slice(j * _powers.Length, _powers.Length));
    }
}
