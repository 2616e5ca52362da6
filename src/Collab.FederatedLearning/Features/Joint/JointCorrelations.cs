using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Features.Joint;

/// <summary>Correlations of the columns of two or three parties: each computes those of its own, products with others' are on shares, and all are opened to all.</summary>
/// <remarks>As strong as the engine. Nothing is opened but the correlations. Steps: specs/features-joint.md. The caller aligns the rows.</remarks>
public static class JointCorrelations
{
    /// <summary>Fraction bits of a standardized value; at most <see cref="LargestValue"/> in magnitude.</summary>
    private const int FractionBits = 20;

    /// <summary>Values beyond it are cut: Chebyshev gives them to at most one row in 2^12.</summary>
    private const double LargestValue = 64;

    /// <summary>One party's part.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="columns">How many columns each party has, in the engine's order; public.</param>
    /// <param name="rows">How many rows; 3 to 2^16, public.</param>
    /// <param name="own">This party's columns; none constant.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The correlations of all columns, those of the first party first.</returns>
    /// <exception cref="ArgumentException">Columns or rows do not fit what is stated.</exception>
    /// <exception cref="CollabException">A column is constant or has a value that is no number: <see cref="Linear.LinearErrors"/>.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol, or correlations that were opened are none.</exception>
    /// <remarks>One product of matrices for each pair of parties: rows · columns of one · columns of the other products.</remarks>
    public static async Task<CorrelationMatrix> RunAsync(
        IVectorEngine engine, IReadOnlyList<int> columns, int rows, IReadOnlyList<double[]> own, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(own);
        if (columns.Count != engine.Parties.Count || columns[engine.Index] != own.Count || columns.Any(count => count < 1)) throw new ArgumentException("The columns of every party, one at least.", nameof(columns));
        if (rows is < 3 or > 1 << 16 || own.Any(column => column.Length != rows)) throw new ArgumentException("Columns of 3 to 2^16 rows.", nameof(own));
        double[][] standardized = [.. own.Select(CorrelationMatrix.Standardized)];

        var values = new SharedVector[columns.Count];
        var opened = new List<(int First, int Second, ulong[] Words)>();
        try
        {
            for (var party = 0; party < values.Length; party++)                                                              // 1: values, with f bits
                values[party] = await engine.InputAsync(engine.Parties[party], party == engine.Index ? Words(standardized) : default, columns[party] * rows, cancellation).ConfigureAwait(false);
            for (var first = 0; first < values.Length; first++)
            {
                ulong[] block = first == engine.Index ? Block(standardized) : [];
                using (var within = await engine.InputAsync(engine.Parties[first], block, columns[first] * columns[first], cancellation).ConfigureAwait(false))
                    opened.Add((first, first, (await engine.OpenAsync(within, engine.Parties, cancellation).ConfigureAwait(false))!));      // 2: of one party's columns
                for (var second = first + 1; second < values.Length; second++)
                {
                    using var across = Transposed(values[second], columns[second], rows);
                    using var product = await engine.MatrixProductAsync(values[first], across, columns[first], rows, columns[second], cancellation).ConfigureAwait(false);
                    opened.Add((first, second, (await engine.OpenAsync(product, engine.Parties, cancellation).ConfigureAwait(false))!));   // 3: of two parties' columns
                }
            }
        }
        finally
        {
            foreach (var vector in values) vector?.Dispose();
        }

        return Matrix(engine, columns, rows, opened);
    }

    private static CorrelationMatrix Matrix(IVectorEngine engine, IReadOnlyList<int> columns, int rows, List<(int First, int Second, ulong[] Words)> opened)
    {
        int[] starts = [.. Enumerable.Range(0, columns.Count).Select(party => columns.Take(party).Sum())];
        var matrix = new double[columns.Sum(), columns.Sum()];
        foreach (var (first, second, words) in opened)
        {
            for (var k = 0; k < words.Length; k++)
            {
                var (i, j) = (starts[first] + (k / columns[second]), starts[second] + (k % columns[second]));
                var r = Math.ScaleB(unchecked((long)words[k]), -2 * FractionBits) / rows;
                if (i == j) r = 1;
                var peer = engine.Parties[first == engine.Index ? second : first];
                PeerFaultException.ThrowUnless(Math.Abs(r) <= 1.001, peer, new("features-joint.correlations"), "correlations within −1 to 1");
                if (first == second && j > i) continue;                                                                      // the lower half stands for both
                matrix[i, j] = matrix[j, i] = Math.Clamp(r, -1, 1);
            }
        }

        return new(matrix);
    }

    private static ulong[] Words(double[][] columns) =>
        [.. columns.SelectMany(column => column.Select(z => unchecked((ulong)(long)Math.Round(Math.ScaleB(Math.Clamp(z, -LargestValue, LargestValue), FractionBits)))))];

    // Own correlations, as sums of products would be.
    private static ulong[] Block(double[][] columns) =>
    [
        .. columns.SelectMany(a => columns.Select(b => unchecked((ulong)(long)Math.Round(Math.ScaleB(a.Zip(b, (x, y) => x * y).Sum(), 2 * FractionBits))))),
    ];

    private static SharedVector Transposed(SharedVector columnAfterColumn, int columns, int rows)
    {
        var index = new int[columns * rows];
        for (var i = 0; i < index.Length; i++) index[i] = ((i % columns) * rows) + (i / columns);
        return SharedVectors.Pick(columnAfterColumn, index);
    }
}
