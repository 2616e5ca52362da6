using BenchmarkDotNet.Attributes;
using Collab.Arithmetic;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;

namespace Collab.Benchmarks.Hashing;

/// <summary>AES on 1024 blocks (16 KiB) and SHA-256 of 1024 messages of 32 bytes, on one thread. The class library is the baseline.</summary>
[MemoryDiagnoser]
public class HashingBenchmarks
{
    private const int Count = 1024;
    private readonly Gf128[] _blocks = new Gf128[Count];
    private readonly Gf128[] _children = new Gf128[2 * Count];
    private readonly byte[] _messages = new byte[32 * Count];
    private readonly byte[] _digests = new byte[32 * Count];
    private AesPrg _prg = null!;
    private AesHash _hash = null!;
    private AesDoubling _doubling = null!;

    /// <summary>0 class library, 1 AES-NI and eight lanes, 2 sixteen lanes; those the processor lacks are left out.</summary>
    [ParamsSource(nameof(Supported))]
    public int Kernel { get; set; }

    /// <summary>What this processor runs.</summary>
    public static IEnumerable<int> Supported =>
        Enum.GetValues<VectorKernel>().Where(kernel => kernel <= Sha256Lanes.Best).Select(kernel => (int)kernel);

    /// <summary>Fixed keys and messages.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var aes = (VectorKernel)Math.Min(Kernel, (int)AesKeySchedule.Best);
        _prg = new(aes, Gf128.One);
        _hash = new(aes, Gf128.One);
        _doubling = new(aes, Gf128.One, Gf128.Zero);
        new Random(256).NextBytes(_messages);
    }

    /// <summary>Blocks of the generator.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public Gf128[] Prg()
    {
        _prg.Fill(_blocks.AsSpan());
        return _blocks;
    }

    /// <summary>TMMO, a block.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public Gf128[] Hash()
    {
        _hash.Hash(_blocks, 0, _blocks);
        return _blocks;
    }

    /// <summary>Children of a tree's level, for each parent.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public Gf128 Doubling() => _doubling.Expand(_blocks, _children).Left;

    /// <summary>SHA-256, a message.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public byte[] Sha256()
    {
        Sha256Lanes.Hash((VectorKernel)Kernel, [], _messages, 32, _digests);
        return _digests;
    }
}
