using System.Numerics;
using Collab.Arithmetic.WideIntegers;

namespace Collab.Statistics.Analyses;

/// <summary>An owner's own part of the cells of one procedure: rows that a cell rests on, and its totals.</summary>
/// <param name="totalsOfCells">For each cell, how many totals it has.</param>
internal sealed class CellSums(IReadOnlyList<int> totalsOfCells)
{
    /// <summary>For each cell the rows it rests on.</summary>
    public long[] Counts { get; } = new long[totalsOfCells.Count];

    /// <summary>For each cell its totals.</summary>
    public Integer256[][] Totals { get; } = [.. totalsOfCells.Select(count => new Integer256[count])];

    /// <summary>Adds to a total; the term is a product of two 64-bit numbers at most.</summary>
    public void Add(int cell, int total, Int128 term) => Totals[cell][total] += (Integer256)term;

    /// <summary>Adds a term of up to 255 bits to a total; slow.</summary>
    public void Add(int cell, int total, BigInteger term)
    {
        Span<byte> bytes = stackalloc byte[Integer256.Size];
        bytes.Fill(term.Sign < 0 ? (byte)0xFF : (byte)0);
        if (!term.TryWriteBytes(bytes, out _)) throw new OverflowException("A term has more than 255 bits.");
        Totals[cell][total] += Integer256.Read(bytes);
    }
}
