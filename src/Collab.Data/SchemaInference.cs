using System.Text;
using Collab.Jobs;

namespace Collab.Data;

/// <summary>
/// Proposes a schema from what a source holds. It only proposes: the owner looks at it, it is saved with the dataset, and every
/// later reading enforces it.
/// </summary>
/// <remarks>
/// Rules, over all values of a column that are not missing: every value written as a plain whole number that fits 64 bits gives
/// <see cref="ColumnType.Integer"/>; numbers otherwise give <see cref="ColumnType.Decimal"/> with the largest scale seen, if
/// that is at most 18 and every value then fits 64 bits; anything else, and a column with no value, gives
/// <see cref="ColumnType.Text"/>. A leading zero or plus is a code, not an amount (007, +4930), and makes the column text.
/// </remarks>
public static class SchemaInference
{
    /// <summary>Reads the source once, streaming, and proposes a schema.</summary>
    /// <param name="text">A source all of whose columns are declared as text.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SourceException">The source cannot be read.</exception>
    public static async Task<DatasetSchema> ProposeAsync(IDataSource text, CancellationToken cancellationToken = default)
    {
        var names = text.Schema.Columns.Select(column => column.Name).ToArray();
        var seen = Array.ConvertAll(names, name => new Observed(name));
        await foreach (var batch in text.ReadAsync(names, cancellationToken).ConfigureAwait(false))
        {
            for (var i = 0; i < seen.Length; i++)
            {
                if (batch.Columns[i] is not TextColumn column) throw new ArgumentException("A schema is proposed from text columns.", nameof(text));
                foreach (var value in column.Values) seen[i].Look(value);
            }
        }

        return new DatasetSchema(Array.ConvertAll(seen, column => column.Propose()));
    }

    /// <summary>What is known of one column so far.</summary>
    private sealed class Observed(string name)
    {
        private const int LongestNumber = 64; // longer than any number that fits; such a text is text

        private bool _isText, _hasFraction, _hasValue;
        private int _scale;
        private UInt128 _largest; // of all absolute values, in units of 10^−18; below 2^63 · 10^18 < 2^123

        public void Look(string? value)
        {
            if (_isText || string.IsNullOrEmpty(value)) return;
            _hasValue = true;
            Span<byte> utf8 = stackalloc byte[LongestNumber];
            if (!Encoding.UTF8.TryGetBytes(value, utf8, out var size) || !DecimalText.TryRead(utf8[..size], out var number) || !Fits(number))
                _isText = true;
        }

        public ColumnSchema Propose()
        {
            var fits = !_isText && _hasValue && _largest <= long.MaxValue * (UInt128)DecimalText.PowersOfTen[ColumnSchema.MaximumScale - _scale];
            return !fits ? new ColumnSchema(name, ColumnType.Text, 0)
                : _hasFraction ? new ColumnSchema(name, ColumnType.Decimal, _scale)
                : new ColumnSchema(name, ColumnType.Integer, 0);
        }

        private bool Fits(DecimalText number)
        {
            if (number.Form == DecimalForm.Code || number.Scale > ColumnSchema.MaximumScale) return false;
            if (number.ToUnits(number.Scale, out var units) != DecimalOutcome.Exact) return false;
            _hasFraction |= number.Form == DecimalForm.Fraction;
            _scale = Math.Max(_scale, number.Scale);
            var magnitude = units == long.MinValue ? long.MaxValue : Math.Abs(units); // -2^63 fits exactly when 2^63 - 1 does
            _largest = UInt128.Max(_largest, (UInt128)magnitude * DecimalText.PowersOfTen[ColumnSchema.MaximumScale - number.Scale]);
            return true;
        }
    }
}
