using BenchmarkDotNet.Attributes;
using Collab.Arithmetic.Curves;

namespace Collab.Benchmarks.Curves;

/// <summary>ristretto255, one element at a time.</summary>
[MemoryDiagnoser]
public class RistrettoBenchmarks
{
    private readonly byte[] _uniform = new byte[RistrettoPoint.UniformSize];
    private readonly byte[] _encoding = new byte[RistrettoPoint.Size];
    private const int Count = 1024;
    private readonly RistrettoScalar[] _scalars = new RistrettoScalar[Count];
    private readonly RistrettoPoint[] _points = new RistrettoPoint[Count];
    private readonly RistrettoPoint[] _products = new RistrettoPoint[Count];
    private RistrettoPoint _point;
    private RistrettoScalar _scalar;

    /// <summary>A fixed element and scalar.</summary>
    [GlobalSetup]
    public void Setup()
    {
        new Random(9496).NextBytes(_uniform);
        _point = RistrettoPoint.FromUniformBytes(_uniform);
        _scalar = RistrettoScalar.ReduceWide(_uniform);
        _point.Encode(_encoding);
        Array.Fill(_scalars, _scalar);
        Array.Fill(_points, _point);
    }

    /// <summary>s·P in the widest lanes, a batch of 1024.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public RistrettoPoint[] MultiplyMany()
    {
        RistrettoPoint.Multiply(_scalars, _points, _products);
        return _products;
    }

    /// <summary>s·P.</summary>
    [Benchmark]
    public RistrettoPoint Multiply() => _scalar * _point;

    /// <summary>s·G.</summary>
    [Benchmark]
    public RistrettoPoint MultiplyGenerator() => RistrettoPoint.MultiplyGenerator(_scalar);

    /// <summary>Strict decoding.</summary>
    [Benchmark]
    public bool Decode() => RistrettoPoint.TryDecode(_encoding, out _);

    /// <summary>Encoding.</summary>
    [Benchmark]
    public void Encode() => _point.Encode(_encoding);

    /// <summary>The one-way map.</summary>
    [Benchmark]
    public RistrettoPoint FromUniformBytes() => RistrettoPoint.FromUniformBytes(_uniform);

    /// <summary>1/s.</summary>
    [Benchmark]
    public RistrettoScalar Invert() => _scalar.Invert();
}
