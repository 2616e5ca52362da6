using System.Buffers.Binary;
using System.Collections;
using System.Text;
using Collab.Cryptography.SealedFiles;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Streaming;

/// <summary>
/// Turns matches of keys on the disk into what a receiver is told of its rows, in the order of the rows: a bit for each item is all
/// that is held. The same results as <see cref="Runs.IntersectionOutcome"/> gives of keys in memory.
/// </summary>
internal sealed class StreamedOutcome
{
    /// <summary>The told rows, in the run's folder.</summary>
    public const string ResultFile = "result-rows";

    private const int BlockSize = 1 << 16;

    private readonly IntersectionQuestion _question;
    private readonly PlanInput _input;
    private readonly RunSpill _spill;
    private readonly SpillState _state;
    private readonly int _alternatives;
    private readonly IReadOnlyList<IReadOnlyList<string>> _keys;
    private readonly BitArray _matched;
    private readonly BitArray? _repeated; // rows that stand for nothing: of one key, and the first row counts
    private readonly long[] _matchedCounts;

    public StreamedOutcome(IntersectionQuestion question, PlanInput input, RunSpill spill)
    {
        (_question, _input, _spill, _state, _keys) = (question, input, spill, spill.State!, question.KeysOf(input));
        _alternatives = question.KeyCount;
        _matched = new BitArray(checked((int)(_state.Rows * _alternatives)));
        _matchedCounts = new long[_alternatives];
        if (_alternatives == 1 && question.KeyRule.Duplicate != DuplicateKeys.All) _repeated = new BitArray(_matched.Count);
    }

    /// <summary>Takes the matches of a bucket, by the item that stands first.</summary>
    public void Add(ReadOnlySpan<long> items)
    {
        foreach (var item in items)
        {
            _matched[(int)item] = true;
            _matchedCounts[item % _alternatives]++;
        }
    }

    /// <summary>The result; its rows are in a sealed file of the run's folder.</summary>
    /// <param name="there">For differences: how many keys the other owner has, by alternative.</param>
    /// <exception cref="IOException">The disk did not take or give what was set aside.</exception>
    public JobResult Finish(IReadOnlyList<long> there)
    {
        TakeRepeats();
        var count = WriteRows();
        return Of(_question, _input, count, _spill, [.. _state.Counts.Select((here, i) => new KeyCounts(here, _matchedCounts[i], there.Count > i ? there[i] : 0))]);
    }

    /// <summary>The result whose rows are in a run's folder already.</summary>
    public static JobResult Of(IntersectionQuestion question, PlanInput input, int count, RunSpill spill, IReadOnlyList<KeyCounts> counts)
    {
        var path = Path.Combine(spill.Folder, ResultFile);
        var keys = question.KeysOf(input);
        return question.Reveal switch
        {
            Reveal.Differences => new JobResult.Differences(keys, new SealedRows<LinkedRow>(path, spill.Key, count, JobResult.ReadLinkedRow), counts),
            _ when question.KeyCount > 1 => new JobResult.LinkedRows(keys, new SealedRows<LinkedRow>(path, spill.Key, count, JobResult.ReadLinkedRow)),
            _ => new JobResult.Intersection(input.Key, new SealedRows<Match>(path, spill.Key, count, JobResult.ReadMatch)),
        };
    }

    private void TakeRepeats()
    {
        using var file = new SealedFileReader(Path.Combine(_spill.Folder, SpilledKeys.RepeatsFile), _spill.Key);
        while (file.TryRead(out var block))
        {
            for (var pairs = block.Span; !pairs.IsEmpty; pairs = pairs[(2 * sizeof(long))..])
            {
                var (first, item) = ((int)BinaryPrimitives.ReadInt64LittleEndian(pairs), (int)BinaryPrimitives.ReadInt64LittleEndian(pairs[sizeof(long)..]));
                if (_repeated is not null) _repeated[item] = true;
                else if (_question.KeyRule.Duplicate == DuplicateKeys.All && _matched[first]) _matched[item] = true;
            }
        }
    }

    private int WriteRows()
    {
        var path = Path.Combine(_spill.Folder, ResultFile);
        File.Delete(path); // of an attempt that ended before its receipt
        using var keys = new SealedFileReader(Path.Combine(_spill.Folder, SpilledKeys.KeysFile), _spill.Key);
        using var told = new SealedFileWriter(path, _spill.Key);
        var writer = new CanonicalWriter();
        var (row, count) = (0L, 0);
        while (keys.TryRead(out var block))
        {
            for (var rest = block.Span; !rest.IsEmpty;)
            {
                row++;
                rest = rest[WriteRow(row, rest, writer, ref count)..];
                if (writer.Written.Length < BlockSize) continue;
                told.Write(writer.Written);
                writer.Clear();
            }
        }

        if (row != _state.Rows) throw new IOException("Keys that were set aside are cut short.");
        if (writer.Written.Length > 0) told.Write(writer.Written);
        told.Sync();
        return count;
    }

    // The bytes that the row takes; it is written when it is told.
    private int WriteRow(long row, ReadOnlySpan<byte> keys, CanonicalWriter writer, ref int count)
    {
        var first = (int)((row - 1) * _alternatives);
        var (size, blanks, matches) = (0, 0, 0);
        for (var i = 0; i < _alternatives; i++)
        {
            var keySize = BinaryPrimitives.ReadInt32LittleEndian(keys[size..]);
            size += sizeof(int) + keySize;
            if (keySize == 0) blanks++;
            else if (_matched[first + i]) matches++;
        }

        if (blanks == _alternatives || (_repeated is not null && _repeated[first])) return size;
        if (_question.Reveal is Reveal.Differences ? matches == _alternatives : matches == 0) return size;
        count = checked(count + 1);
        if (_alternatives == 1 && _question.Reveal is Reveal.Rows)
            writer.Int64(row).UInt32((uint)_keys[0].Count).Raw(keys[sizeof(int)..size]); // a canonical key is its parts as texts
        else
            WriteLinked(row, keys[..size], first, writer);
        return size;
    }

    private void WriteLinked(long row, ReadOnlySpan<byte> keys, int first, CanonicalWriter writer)
    {
        var values = new Dictionary<string, string>();
        var by = new List<byte>();
        for (var i = 0; i < _alternatives; i++)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(keys);
            var key = keys.Slice(sizeof(int), size);
            if (_alternatives > 1 && size > 0) key = key[1..]; // the number of the alternative
            if (size > 0 && _matched[first + i]) by.Add((byte)(i + 1));
            foreach (var column in _keys[i])
            {
                if (size == 0)
                {
                    values.TryAdd(column, "");
                    continue;
                }

                var length = BinaryPrimitives.ReadInt32LittleEndian(key);
                values[column] = Encoding.UTF8.GetString(key.Slice(sizeof(int), length));
                key = key[(sizeof(int) + length)..];
            }

            keys = keys[(sizeof(int) + size)..];
        }

        writer.Int64(row).List(values.Values, (w, value) => w.Text(value)).List(by, (w, number) => w.Byte(number));
    }
}
