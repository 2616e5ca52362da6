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

    private LeafVector(SilentParameters parameters)
    {
        _parameters = parameters;
        _result = NativeBuffer<Gf128>.Allocate(parameters.MessageLength);
        _parity = NativeBuffer<Gf128>.Allocate(parameters.MessageLength);
    }

    /// <summary>A vector whose leaves are all written before they are read.</summary>
    public static LeafVector Allocate(SilentParameters parameters) => new(parameters);

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

    /// <summary>Encodes the sparse vector of the noise and these leaves with one pass over the code.</summary>
    /// <remarks>Only the noise of the second half of the trees is stretched out; that of the first is added where it stands.</remarks>
    public (NativeBuffer<Gf128> Noise, NativeBuffer<Gf128> Leaves) EncodeWithNoise(
        int[] points, ReadOnlySpan<Gf128> values, ExpandConvoluteCode code, int count, int parallelism)
    {
        var noise = NativeBuffer<Gf128>.AllocateZeroed(_parameters.MessageLength);
        try
        {
            var half = _parameters.TreeCount / 2;
            for (var tree = 0; tree < half; tree++) noise.Span[(tree << _parameters.Depth) + points[half + tree]] = values[half + tree];
            code.DualEncodePair([], noise.Span, Result.Span, _parity.Span, parallelism);
            for (var tree = 0; tree < half; tree++) noise.Span[(tree << _parameters.Depth) + points[tree]] += values[tree];
            noise.Shorten(count);
            return (noise, Release(count));
        }
        catch
        {
            noise.Dispose();
            throw;
        }
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
