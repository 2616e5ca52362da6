using BenchmarkDotNet.Attributes;
using Collab.Arithmetic.BinaryField;

namespace Collab.Benchmarks.BinaryField;

/// <summary>The transposition of a full batch of the OT extension: 65,536 rows of 128 bits. The scalar form is the baseline.</summary>
[MemoryDiagnoser]
public class BitMatrixBenchmarks
{
    private const int Stride = 512;
    private readonly Gf128[] _columns = new Gf128[BitMatrix.Side * Stride];
    private readonly Gf128[] _rows = new Gf128[BitMatrix.Side * Stride];

    /// <summary>Bits of a vector; 128 is the scalar form.</summary>
    [ParamsSource(nameof(Supported))]
    public int Width { get; set; }

    /// <summary>What this processor runs.</summary>
    public static IEnumerable<int> Supported => new[] { 128, 256, 512 }.Where(width => width <= BitMatrix.BestWidth);

    /// <summary>Columns to rows.</summary>
    [Benchmark]
    public Gf128[] Transpose()
    {
        BitMatrix.TransposeColumns(_columns, Stride, _rows, Width);
        return _rows;
    }
}
