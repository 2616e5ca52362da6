using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.Arithmetic.Hashing;

/// <summary>A pseudorandom generator: the key stream of AES-128 in counter mode under a seed.</summary>
/// <remarks>One generator for one purpose, direction and thread; not safe for use by two threads at once. The stream of one seed is the same on every machine and at every width.</remarks>
public sealed class AesPrg : RandomSource, IDisposable
{
    private readonly Aes _aes = Aes.Create();
    private ulong _counter;

    /// <summary>Begins the stream of a seed.</summary>
    public AesPrg(Gf128 seed)
    {
        Span<byte> key = stackalloc byte[Gf128.Size];
        seed.Write(key);
        _aes.SetKey(key);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>A generator of this purpose with a fresh seed.</summary>
    public static AesPrg Generate(RandomSource random)
    {
        Span<byte> seed = stackalloc byte[Gf128.Size];
        random.Fill(seed);
        var prg = new AesPrg(Gf128.Read(seed));
        CryptographicOperations.ZeroMemory(seed);
        return prg;
    }

    /// <summary>The next bytes of the stream; each call begins at a whole block, so calls of a size that is no multiple of 16 leave the rest of a block out.</summary>
    public override void Fill(Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[Gf128.Size];
        Span<byte> stream = stackalloc byte[Gf128.Size];
        while (!destination.IsEmpty)
        {
            block.Clear();
            BinaryPrimitives.WriteUInt64LittleEndian(block, _counter++);
            _aes.EncryptEcb(block, stream, PaddingMode.None);
            var size = Math.Min(stream.Length, destination.Length);
            stream[..size].CopyTo(destination);
            destination = destination[size..];
        }

        CryptographicOperations.ZeroMemory(stream);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _aes.Dispose();
}
