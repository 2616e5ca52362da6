using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>The streams of all groups of k columns, 2^k for each, and their sums: for the j-th column of a group Σ z_j·stream(z), and Σ stream(z).</summary>
/// <remarks>
/// Both parties expand alike. With z the index of a seed that is the small-field VOLE's v and u; at the party that holds Δ, who orders the
/// seeds by y = z + Δ and lacks the first, it is w = v + u·Δ. Timing depends on sizes alone. Source: eprint 2022/192, figure 7 and section 6.1.
/// </remarks>
/// <param name="streams">Shape [128/k, 2^k]; null for a stream that is zero. Owned from here on.</param>
/// <param name="fieldBits">k.</param>
internal sealed class FieldStreams(AesPrg?[] streams, int fieldBits) : IDisposable
{
    private const int PieceLength = 128;                                                // blocks: all sums of a group stay in the nearest caches

    private readonly NativeBuffer<Gf128> _scratch = NativeBuffer<Gf128>.Allocate(fieldBits * PieceLength);

    /// <summary>Groups of columns.</summary>
    public int GroupCount => BitMatrix.Side / fieldBits;

    /// <summary>Takes the next blocks of every stream.</summary>
    /// <param name="columns">Receives the weighted sums, shape [128, size].</param>
    /// <param name="sums">Receives the plain sums, shape [128/k, size].</param>
    /// <param name="size">Blocks of a column.</param>
    public void Expand(Span<Gf128> columns, Span<Gf128> sums, int size)
    {
        columns.Clear();
        for (var group = 0; group < GroupCount; group++)
        {
            var weighted = columns.Slice(group * fieldBits * size, fieldBits * size);
            for (var start = 0; start < size; start += PieceLength)
                Sum(group << fieldBits, fieldBits, start, size, weighted, sums.Slice((group * size) + start, Math.Min(PieceLength, size - start)));
        }
    }

    /// <summary>Zeroes all keys and sums.</summary>
    public void Dispose()
    {
        foreach (var stream in streams) stream?.Dispose();
        _scratch.Dispose();
    }

    /// <summary>The sum of 2^level streams; the half whose index has a one in the highest bit goes into that bit's column, too. Two additions a stream in all.</summary>
    private void Sum(int first, int level, int start, int size, Span<Gf128> weighted, Span<Gf128> sum)
    {
        if (level == 0)
        {
            if (streams[first] is { } stream) stream.Fill(sum);
            else sum.Clear();
            return;
        }

        var upper = _scratch.Span.Slice((level - 1) * PieceLength, sum.Length);
        Sum(first, level - 1, start, size, weighted, sum);
        Sum(first + (1 << (level - 1)), level - 1, start, size, weighted, upper);
        var column = weighted.Slice(((level - 1) * size) + start, sum.Length);
        Gf128Vector.Add(column, upper, column);
        Gf128Vector.Add(sum, upper, sum);
    }
}
