using Collab.Arithmetic.BinaryField;

namespace Collab.Cryptography.KeyValueStore;

/// <summary>A few linear equations over GF(2^128), by Gauss and Jordan.</summary>
internal static class OkvsDenseSystem
{
    /// <summary>Finds d with system · d = right; what the equations leave free keeps its random value.</summary>
    /// <param name="system">Shape [r, c]; changed.</param>
    /// <param name="right">Shape [r]; changed.</param>
    /// <param name="solution">Shape [c]; random on entry.</param>
    /// <returns>Whether the rows are independent.</returns>
    public static bool TrySolve(Gf128[,] system, Gf128[] right, Span<Gf128> solution)
    {
        var (rows, columns) = (system.GetLength(0), system.GetLength(1));
        var pivots = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            var pivot = 0;
            while (pivot < columns && system[row, pivot] == Gf128.Zero) pivot++;
            if (pivot == columns) return false;
            pivots[row] = pivot;
            var inverse = system[row, pivot].Inverse();
            for (var j = 0; j < columns; j++) system[row, j] *= inverse;
            right[row] *= inverse;
            for (var other = 0; other < rows; other++)
            {
                if (other == row) continue;
                var factor = system[other, pivot];
                for (var j = 0; j < columns; j++) system[other, j] += factor * system[row, j];
                right[other] += factor * right[row];
            }
        }

        for (var row = 0; row < rows; row++)
        {
            var value = right[row];
            for (var j = 0; j < columns; j++)
            {
                if (!pivots.AsSpan().Contains(j)) value += system[row, j] * solution[j];
            }

            solution[pivots[row]] = value;
        }

        return true;
    }
}
