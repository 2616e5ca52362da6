using Collab.Primitives;

namespace Collab.SecretSharing.Preprocessing;

/// <summary>One party's shares of triples c = a·b. Secret; zeroed by <see cref="Dispose"/>.</summary>
internal sealed class Triples(NativeBuffer<ulong> a, NativeBuffer<ulong> b, NativeBuffer<ulong> c) : IDisposable
{
    public NativeBuffer<ulong> A => a;

    public NativeBuffer<ulong> B => b;

    public NativeBuffer<ulong> C => c;

    public int Count => a.Length;

    public static Triples Allocate(int count) =>
        new(NativeBuffer<ulong>.Allocate(count), NativeBuffer<ulong>.Allocate(count), NativeBuffer<ulong>.Allocate(count));

    /// <summary>Copies some of them.</summary>
    public void CopyTo(int start, Triples destination, int at, int count)
    {
        a.Span.Slice(start, count).CopyTo(destination.A.Span[at..]);
        b.Span.Slice(start, count).CopyTo(destination.B.Span[at..]);
        c.Span.Slice(start, count).CopyTo(destination.C.Span[at..]);
    }

    public void Dispose()
    {
        a.Dispose();
        b.Dispose();
        c.Dispose();
    }
}
