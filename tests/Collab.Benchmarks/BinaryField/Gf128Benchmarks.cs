using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Collab.Arithmetic;
using Collab.Arithmetic.BinaryField;

namespace Collab.Benchmarks.BinaryField;

/// <summary>Vectors of 4096 elements, which stay in the first two caches, on one thread. The scalar form is the baseline.</summary>
[MemoryDiagnoser]
public class Gf128Benchmarks
{
    private const int Count = 4096;
    private readonly Gf128[] _x = new Gf128[Count];
    private readonly Gf128[] _y = new Gf128[Count];
    private readonly Gf128[] _d = new Gf128[Count];

    /// <summary>0 scalar, 1 two lanes, 2 four lanes; those the processor lacks are left out.</summary>
    [ParamsSource(nameof(Supported))]
    public int Kernel { get; set; }

    /// <summary>What this processor runs.</summary>
    public static IEnumerable<int> Supported =>
        Enum.GetValues<VectorKernel>().Where(kernel => kernel <= Gf128Vector.Best).Select(kernel => (int)kernel);

    /// <summary>Fixed elements.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(128);
        random.NextBytes(MemoryMarshal.AsBytes(_x.AsSpan()));
        random.NextBytes(MemoryMarshal.AsBytes(_y.AsSpan()));
    }

    /// <summary>Products element by element.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public Gf128[] Multiply()
    {
        Gf128Vector.Multiply((VectorKernel)Kernel, _x, _y, _d);
        return _d;
    }

    /// <summary>Products with one factor, added.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public Gf128[] MultiplyAdd()
    {
        Gf128Vector.MultiplyAdd((VectorKernel)Kernel, _x, _y[0], _d);
        return _d;
    }

    /// <summary>The inner product.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public Gf128 InnerProduct() => Gf128Vector.InnerProduct((VectorKernel)Kernel, _x, _y);
}
