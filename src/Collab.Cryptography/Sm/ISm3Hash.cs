namespace Collab.Cryptography.Sm;

/// <summary>SM3 over bytes that arrive in pieces; its state is wiped by <see cref="IDisposable.Dispose"/>, because keyed hashes run through it.</summary>
public interface ISm3Hash : IDisposable
{
    /// <summary>Takes the next bytes.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Writes the 32 bytes of the digest; nothing may follow.</summary>
    void Finish(Span<byte> digest);
}
