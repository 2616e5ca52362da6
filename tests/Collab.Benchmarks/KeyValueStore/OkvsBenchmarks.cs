using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Cryptography.KeyValueStore;

namespace Collab.Benchmarks.KeyValueStore;

/// <summary>Whole stores, on one thread.</summary>
[MemoryDiagnoser]
public class OkvsBenchmarks
{
    private OkvsParameters _parameters = null!;
    private Gf128[] _keys = null!;
    private Gf128[] _values = null!;
    private Gf128[] _store = null!;
    private AesPrg _random = null!;

    /// <summary>Keys.</summary>
    [Params(1 << 12, 1 << 16, 1 << 20)]
    public int Count { get; set; }

    /// <summary>Fixed keys and values, one solved store.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(Count);
        _parameters = OkvsParameters.Create(Count);
        (_keys, _values, _store) = (new Gf128[Count], new Gf128[Count], new Gf128[_parameters.Size]);
        random.NextBytes(MemoryMarshal.AsBytes(_keys.AsSpan()));
        random.NextBytes(MemoryMarshal.AsBytes(_values.AsSpan()));
        _random = new(Gf128.One);
        Encode();
    }

    /// <summary>Sorts, peels and solves.</summary>
    [Benchmark]
    public bool Encode() => Okvs.TryEncode(_parameters, Gf128.One, _keys, _values, _random, _store);

    /// <summary>Sorts and decodes.</summary>
    [Benchmark]
    public Gf128[] Decode()
    {
        Okvs.Decode(_parameters, Gf128.One, _keys, _store, _values);
        return _values;
    }
}
