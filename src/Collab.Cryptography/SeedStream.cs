using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Collab.Primitives;

namespace Collab.Cryptography;

/// <summary>The randomness of one attempt of a run as a function of one seed: whoever is shown the seed can draw the same again (protocols/specs/replay.md).</summary>
/// <remarks>
/// The key stream of AES-256 in counter mode (NIST SP 800-38A, section 6.5; the counter is the block's number from 0, big-endian in 16 bytes) under
/// HKDF-SHA256 (RFC 5869) of the seed with the branch's path as info. A <see cref="Branch"/> has a stream of its own, so that parts that draw side by
/// side do not change each other's draws; no path occurs twice. Calls take consecutive bytes, and may come from several threads, but what each gets
/// then depends on their order. A stream gives up after 2^36 bytes: 2^32 blocks differ from uniform ones with advantage below 2^-64 (the switching lemma).
/// </remarks>
public sealed class SeedStream : RandomSource, IDisposable
{
    /// <summary>The length of a seed, in bytes.</summary>
    public const int SeedSize = 32;

    private const string Info = "collab.seed-stream.v1";
    private const int BlockSize = 16, BufferSize = 1024;
    private const ulong MostBlocks = 1UL << 32;

    private readonly Lock _gate = new();
    private readonly SecretBytes _seed;
    private readonly string _path;
    private readonly Aes _cipher;
    private readonly byte[] _counters = new byte[BufferSize], _stream = new byte[BufferSize];
    private readonly Dictionary<string, uint> _taken = [];
    private readonly List<SeedStream> _branches = [];
    private ulong _block;
    private int _used = BufferSize;

    /// <summary>Begins the stream of a seed.</summary>
    /// <param name="seed">32 bytes, fresh and uniform for each attempt; borrowed, and to be kept until the stream is disposed.</param>
    public SeedStream(SecretBytes seed)
        : this(seed, "")
    {
        if (seed.Size != SeedSize) throw new ArgumentException("A seed has 32 bytes.", nameof(seed));
    }

    private SeedStream(SecretBytes seed, string path)
    {
        (_seed, _path) = (seed, path);
        var info = Encoding.UTF8.GetBytes($"{Info}{path}");
        var key = seed.Use(info, static (bytes, info) =>
        {
            var derived = new byte[32];
            HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes, derived, [], info);
            return derived;
        });
        _cipher = Aes.Create();
        _cipher.Key = key;
        CryptographicOperations.ZeroMemory(key);
    }

    /// <inheritdoc/>
    public override void Fill(Span<byte> destination)
    {
        lock (_gate)
        {
            while (!destination.IsEmpty)
            {
                if (_used == BufferSize) Next();
                var size = Math.Min(destination.Length, BufferSize - _used);
                _stream.AsSpan(_used, size).CopyTo(destination);
                _stream.AsSpan(_used, size).Clear(); // what was given out is not kept
                _used += size;
                destination = destination[size..];
            }
        }
    }

    /// <summary>A stream of its own; the n-th branch of a label is the same whatever was drawn or branched off besides.</summary>
    /// <param name="label">1 to 64 of <c>a-z 0-9 - .</c>.</param>
    public override RandomSource Branch(string label)
    {
        if (label.Length is 0 or > 64 || !label.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.')) throw new ArgumentException("A label of 1 to 64 of a-z 0-9 - .", nameof(label));
        lock (_gate)
        {
            var number = _taken.GetValueOrDefault(label);
            _taken[label] = number + 1;
            var branch = new SeedStream(_seed, $"{_path}/{label}#{number}");
            _branches.Add(branch);
            return branch;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(SeedStream)} (secret)";

    /// <summary>Zeroes the keys of the stream and of its branches; the seed is its owner's.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _cipher.Dispose();
            CryptographicOperations.ZeroMemory(_stream);
            _branches.ForEach(branch => branch.Dispose());
        }
    }

    private void Next()
    {
        for (var at = 0; at < BufferSize; at += BlockSize)
        {
            if (_block == MostBlocks) throw new InvalidOperationException("A stream of a seed has 2^36 bytes.");
            BinaryPrimitives.WriteUInt64BigEndian(_counters.AsSpan(at + 8), _block++);
        }

        _cipher.EncryptEcb(_counters, _stream, PaddingMode.None);
        _used = 0;
    }
}
