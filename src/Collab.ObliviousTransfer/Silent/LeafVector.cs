using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Codes;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>The long vector of a silent correlation, 2k blocks: the first half of the trees where the result will stand, the second in a buffer of its own.</summary>
internal sealed class LeafVector : IDisposable
{
    private readonly SilentParameters _parameters;
    private NativeBuffer<Gf128>? _result;
    private readonly NativeBuffer<Gf128> _parity;

    private LeafVector(SilentParameters parameters, bool zeroed)
    {
        _parameters = parameters;
        _result = zeroed ? NativeBuffer<Gf128>.AllocateZeroed(parameters.MessageLength) : NativeBuffer<Gf128>.Allocate(parameters.MessageLength);
        _parity = zeroed ? NativeBuffer<Gf128>.AllocateZeroed(parameters.MessageLength) : NativeBuffer<Gf128>.Allocate(parameters.MessageLength);
    }

    /// <summary>A vector whose leaves are all written before they are read.</summary>
    public static LeafVector Allocate(SilentParameters parameters) => new(parameters, zeroed: false);

    /// <summary>The sparse vector of the noise.</summary>
    public static LeafVector Sparse(SilentParameters parameters, int[] points, ReadOnlySpan<Gf128> values)
    {
        var vector = new LeafVector(parameters, zeroed: true);
        for (var tree = 0; tree < points.Length; tree++) vector.Tree(tree)[points[tree]] = values[tree];
        return vector;
    }

    /// <summary>The leaves of a tree.</summary>
    public Span<Gf128> Tree(int tree)
    {
        var half = _parameters.TreeCount / 2;
        var buffer = tree < half ? Result : _parity;
        return buffer.Span.Slice((tree < half ? tree : tree - half) << _parameters.Depth, _parameters.TreeLength);
    }

    /// <summary>Encodes, and gives the first elements of the result to the caller.</summary>
    public NativeBuffer<Gf128> Encode(ExpandConvoluteCode code, int count, int parallelism)
    {
        code.DualEncode(Result.Span, _parity.Span, parallelism);
        return Release(count);
    }

    /// <summary>Encodes two vectors with one pass over the code.</summary>
    public static (NativeBuffer<Gf128> First, NativeBuffer<Gf128> Second) EncodePair(
        LeafVector first, LeafVector second, ExpandConvoluteCode code, int count, int parallelism)
    {
        code.DualEncodePair(first.Result.Span, first._parity.Span, second.Result.Span, second._parity.Span, parallelism);
        return (first.Release(count), second.Release(count));
    }

    public void Dispose()
    {
        _result?.Dispose();
        _parity.Dispose();
    }

    private NativeBuffer<Gf128> Release(int count)
    {
        var result = Result;
        _result = null;
        result.Shorten(count);
        return result;
    }

    private NativeBuffer<Gf128> Result => _result ?? throw new ObjectDisposedException(nameof(LeafVector));
}
