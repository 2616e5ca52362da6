using System.Security.Cryptography;

namespace Collab.Primitives;

/// <summary>Secret bytes with one owner: pinned while they live, zeroed by <see cref="Dispose"/>, never printed, compared or serialized.</summary>
public sealed class SecretBytes : IDisposable
{
    private readonly byte[] _bytes;
    private bool _disposed;

    private SecretBytes(int size) => _bytes = GC.AllocateUninitializedArray<byte>(size, pinned: true);

    /// <summary>The length, in bytes.</summary>
    public int Size => _bytes.Length;

    /// <summary>Uniform bytes from the source.</summary>
    public static SecretBytes Random(int size, RandomSource random)
    {
        var secret = new SecretBytes(size);
        random.Fill(secret._bytes);
        return secret;
    }

    /// <summary>Copies the bytes and zeroes the original, so that one copy is left.</summary>
    public static SecretBytes Take(Span<byte> bytes)
    {
        var secret = new SecretBytes(bytes.Length);
        bytes.CopyTo(secret._bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return secret;
    }

    /// <summary>Calls back with the bytes; they must not be kept beyond the call.</summary>
    /// <exception cref="ObjectDisposedException">The secret was zeroed already.</exception>
    public TResult Use<TState, TResult>(TState state, SecretFunction<TState, TResult> use)
        where TState : allows ref struct
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return use(_bytes, state);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Size} secret bytes";

    /// <summary>Zeroes the bytes.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}

/// <summary>What may be done with the bytes of a <see cref="SecretBytes"/>.</summary>
public delegate TResult SecretFunction<in TState, out TResult>(ReadOnlySpan<byte> secret, TState state)
    where TState : allows ref struct;
