using System.Buffers.Binary;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.Vole;

namespace Collab.Psi.Unbalanced;

/// <summary>The receiver's items in bins, their points there, and what the answers say of them. Timing depends on items, which only the receiver sees, and on nothing in the answers.</summary>
internal sealed class QueryTable
{
    private const int Nobody = -1;
    private readonly UnbalancedParameters _parameters;
    private readonly ItemFunction _function;
    private readonly Gf128[] _seeds;
    private readonly int[] _places;            // the item of each bin
    private readonly ulong[] _points;          // of each bin, a random one where there is nobody
    private readonly uint[] _tags;             // shape [items, K]
    private readonly uint[] _found;            // of each item: all ones if it was found
    private readonly uint[] _sealed;           // nonce and label of each item that was found, shape [items, V − K]

    public QueryTable(UnbalancedParameters parameters, ItemFunction function, Gf128[] seeds, int[] places, RandomSource random)
    {
        (_parameters, _function, _seeds, _places) = (parameters, function, seeds, places);
        var points = new uint[seeds.Length];
        (_tags, _found, _sealed) = (new uint[seeds.Length * parameters.Tags], new uint[seeds.Length], new uint[seeds.Length * (parameters.Values - parameters.Tags)]);
        function.Numbers(seeds, points, _tags, parameters.Tags);
        _points = new ulong[places.Length];
        var words = random.Bytes(sizeof(ulong) * places.Length);
        for (var bin = 0; bin < places.Length; bin++)
        {
            _points[bin] = places[bin] == Nobody
                ? Math.BigMul(BitConverter.ToUInt64(words, sizeof(ulong) * bin), parameters.Encryption.PlaintextModulus, out _)
                : points[places[bin]];
        }
    }

    /// <summary>The item of each bin, −1 where there is none.</summary>
    /// <exception cref="InvalidOperationException">There is no placement, which has chance below 2^-40 over the sender's key.</exception>
    public static int[] Place(UnbalancedParameters parameters, int[] binsOfItems)
    {
        if (parameters.Choices > 1)
            return CuckooTable.PlaceVariableTime(binsOfItems, parameters.Bins) ?? throw new InvalidOperationException("The items have no placement in the bins.");
        var places = new int[parameters.Bins];
        Array.Fill(places, Nobody);
        if (binsOfItems.Length > 0) places[binsOfItems[0]] = 0;
        return places;
    }

    /// <summary>x^1 to x^(B−1) of all bins of a table, each of shape [N].</summary>
    public IEnumerable<ulong[]> Powers(int table)
    {
        var (n, t) = (_parameters.Encryption.RingDegree, _parameters.Encryption.PlaintextModulus);
        var points = _points[(table * n)..((table + 1) * n)];
        var power = points.ToArray();
        for (var j = 1; j < _parameters.Places; j++)
        {
            yield return power;
            for (var i = 0; i < n; i++) power[i] = power[i] * points[i] % t;
        }
    }

    /// <summary>Takes in what one bundle says: V numbers of all bins of a table, shape [V][N].</summary>
    public void Compare(int table, ulong[][] numbers)
    {
        var (n, tags) = (_parameters.Encryption.RingDegree, _parameters.Tags);
        for (var bin = 0; bin < n; bin++)
        {
            var item = _places[(table * n) + bin];
            if (item == Nobody) continue;
            ulong difference = 0;
            for (var k = 0; k < tags; k++) difference |= numbers[k][bin] ^ _tags[(item * tags) + k];
            var equal = unchecked((uint)((difference - 1) >> 63) * uint.MaxValue);             // differences are below 2^22
            var taken = equal & ~_found[item];
            _found[item] |= equal;
            for (var v = tags; v < numbers.Length; v++) _sealed[(item * (numbers.Length - tags)) + v - tags] |= (uint)numbers[v][bin] & taken;
        }
    }

    /// <summary>The items that were found, and their labels.</summary>
    public LabelledMatches Matches()
    {
        int[] rows = [.. Enumerable.Range(0, _seeds.Length).Where(item => _found[item] != 0)];
        var (labels, stride) = (new byte[rows.Length * _parameters.LabelSize], _parameters.Values - _parameters.Tags);
        Span<byte> nonce = stackalloc byte[sizeof(ulong)];
        nonce.Clear();
        for (var i = 0; i < rows.Length && _parameters.LabelSize > 0; i++)
        {
            ReadOnlySpan<uint> numbers = _sealed.AsSpan(rows[i] * stride, stride);
            var label = labels.AsSpan(i * _parameters.LabelSize, _parameters.LabelSize);
            LabelNumbers.Join(numbers[.._parameters.NonceNumbers], _parameters.LabelBits, nonce[..UnbalancedParameters.NonceSize]);
            LabelNumbers.Join(numbers[_parameters.NonceNumbers..], _parameters.LabelBits, label);
            _function.AddPad(_seeds[rows[i]], BinaryPrimitives.ReadUInt64LittleEndian(nonce), label);
        }

        return new(rows, labels);
    }
}
