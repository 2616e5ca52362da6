using BenchmarkDotNet.Attributes;
using Collab.Arithmetic.Curves;

namespace Collab.Benchmarks.Curves;

/// <summary>The curve kernels on 2048 points, a batch of the intersection, on one thread. The scalar form is the baseline.</summary>
[MemoryDiagnoser]
public class Curve25519Benchmarks
{
    private const int Count = 2048;
    private readonly byte[] _elements = new byte[2 * Count * Curve25519.FieldElementSize];
    private readonly byte[] _points = new byte[Count * Curve25519.PointSize];
    private readonly byte[] _products = new byte[Count * Curve25519.PointSize];
    private readonly byte[] _scalar = new byte[Curve25519.ScalarSize];

    /// <summary>0 scalar, 1 four lanes, 2 eight lanes; those the processor lacks are left out.</summary>
    [ParamsSource(nameof(Supported))]
    public int Kernel { get; set; }

    /// <summary>What this processor runs.</summary>
    public static IEnumerable<int> Supported =>
        Enum.GetValues<CurveKernel>().Where(CurveKernels.IsSupported).Select(kernel => (int)kernel);

    /// <summary>Fixed points and a fixed scalar.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(25519);
        random.NextBytes(_elements);
        random.NextBytes(_scalar);
        for (var top = Curve25519.FieldElementSize - 1; top < _elements.Length; top += Curve25519.FieldElementSize) _elements[top] &= 0x3f;
        Curve25519.MapPairsToSubgroup(_elements, _points);
    }

    /// <summary>Every point times one scalar.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public byte[] Multiply()
    {
        Curve25519.Multiply((CurveKernel)Kernel, _points, _scalar, _products, 1);
        return _products;
    }

    /// <summary>Pairs of field elements to points of the subgroup.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public byte[] MapPairsToSubgroup()
    {
        Curve25519.MapPairsToSubgroup((CurveKernel)Kernel, _elements, _products, 1);
        return _products;
    }

    /// <summary>The check of received points.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public int IndexOfInvalid() => Curve25519.IndexOfInvalid((CurveKernel)Kernel, _points, 1);
}
