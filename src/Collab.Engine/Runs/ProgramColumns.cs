using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Expressions;

namespace Collab.Engine.Runs;

/// <summary>The values of one party's columns that a program computes with, each in its range; zeroed when disposed.</summary>
internal sealed class ProgramColumns(ComputationQuestion question, PartyId self) : IDisposable
{
    /// <summary>More rows than a program takes.</summary>
    public static readonly ErrorCode RowsTooMany = new(
        "data.rows-too-many", ErrorKind.InvalidInput, "Bring fewer rows: a computation takes 1,048,576 of a party.");

    private readonly ComputationInput[] _inputs = [.. question.Inputs.Where(input => input.IsOf(self))];
    private readonly Dictionary<string, long[]> _values = question.Inputs.Where(input => input.IsOf(self)).ToDictionary(input => input.Name, _ => new long[16]);

    /// <summary>How many rows count.</summary>
    public int Count { get; private set; }

    /// <summary>The columns by the name that the program has for them, in units of its scale.</summary>
    public IReadOnlyDictionary<string, long[]> Values => _inputs.ToDictionary(input => input.Name, input => _values[input.Name][..Count]);

    /// <summary>Takes the rows of a batch.</summary>
    /// <exception cref="CollabException">A value is missing and none may, or one is out of its range; nothing has been shared yet.</exception>
    public void Add(ColumnBatch batch)
    {
        var columns = Array.ConvertAll(_inputs, input => (NumberColumn)batch.Columns.First(column => column.Schema.Name == input.Column));
        for (var row = 0; row < batch.RowCount; row++)
        {
            var missing = Array.FindIndex(columns, column => !column.Present.Span[row]);
            if (missing >= 0 && question.SkipsMissing) continue;
            if (missing >= 0) throw Fault(ProgramErrors.ValueMissing, batch, row, _inputs[missing], "has no value");
            if (Count == JointProgram.MostRows) throw new CollabException(RowsTooMany, $"{self} has more rows than a computation takes.", self, RunSteps.Read);
            for (var i = 0; i < _inputs.Length; i++)
            {
                var input = _inputs[i];
                Int128 value = columns[i].Values.Span[row];
                for (var scale = columns[i].Schema.Scale; scale < input.Scale; scale++) value *= 10; // below 2^63 · 10^18 < 2^123
                if (value < input.Low || value > input.High) throw Fault(ProgramErrors.OutOfRange, batch, row, input, "is out of the range that the job declares");
                Room(input.Name)[Count] = (long)value;
            }

            Count++;
        }
    }

    public void Dispose()
    {
        foreach (var values in _values.Values) Zero(values);
    }

    private long[] Room(string name)
    {
        var values = _values[name];
        if (Count < values.Length) return values;
        var larger = new long[2 * values.Length];
        values.CopyTo(larger, 0);
        Zero(values);
        return _values[name] = larger;
    }

    private CollabException Fault(ErrorCode code, ColumnBatch batch, int row, ComputationInput input, string rule) =>
        new(code, $"{self}'s value of '{input.Column}' in row {batch.NumberOf(row)} {rule}.", self, RunSteps.Read);

    private static void Zero(long[] values) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(values.AsSpan()));
}
