using System.Globalization;
using System.Text;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Tracing;

namespace Collab.Engine.Runs;

/// <summary>Reads rows of a dataset as transfers; a row that is none fails the job at its owner before anything is sent.</summary>
internal sealed class TransferRows(TraceTerms terms, PartyId self)
{
    private readonly TransferBook _book = new(terms, self);
    private readonly List<(Transfer, long)> _transfers = [];

    /// <summary>The transfers so far, each with the number of its row.</summary>
    public IReadOnlyList<(Transfer Transfer, long Row)> Transfers => _transfers;

    /// <summary>Takes the rows of a batch.</summary>
    /// <exception cref="CollabException">One of <see cref="TraceErrors"/>.</exception>
    public void Add(ColumnBatch batch)
    {
        var columns = terms.Question.Columns;
        for (var row = 0; row < batch.RowCount; row++)
        {
            var number = batch.NumberOf(row);
            var transfer = new Transfer(
                Text(columns.Reference, TraceTerms.LongestReference), Text(columns.Account, TraceTerms.LongestReference), terms.PlaceOf(Text(columns.Bank, int.MaxValue)),
                Text(columns.Direction, int.MaxValue) switch
                {
                    "out" => true,
                    "in" => false,
                    _ => throw Unsuited(columns.Direction, "in or out"),
                },
                Number(columns.Amount) ?? throw Unsuited(columns.Amount, "a number"), Day(), Number(columns.Traced) ?? 0,
                Optional(columns.Name, TraceTerms.LongestName), Optional(columns.Industry, TraceTerms.LongestIndustry),
                columns.Watched is null || Optional(columns.Watched, int.MaxValue) == "yes");
            _book.Add(transfer, number); // for its checks, before anything is sent
            _transfers.Add((transfer, number));

            string Text(string name, int longest) => Optional(name, longest) is { Length: > 0 } text ? text : throw Unsuited(name, "a text");

            string Optional(string? name, int longest)
            {
                var text = name is null ? null : ((TextColumn)Column(name)).Values[row];
                return text is null ? "" : Encoding.UTF8.GetByteCount(text) <= longest ? text : throw Unsuited(name!, $"a text of at most {longest} bytes");
            }

            long? Number(string name)
            {
                var column = (NumberColumn)Column(name);
                if (!column.Present.Span[row]) return null;
                Int128 value = column.Values.Span[row];
                for (var scale = column.Schema.Scale; scale < terms.Question.Scale; scale++) value *= 10;
                return value <= long.MaxValue && value >= long.MinValue ? (long)value : throw Unsuited(name, "a number that fits 64 bits at the scale of the plan");
            }

            int Day() => DateOnly.TryParseExact(Text(columns.Day, int.MaxValue), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                ? day.DayNumber
                : throw Unsuited(columns.Day, "a day such as 2026-03-31");

            CollabException Unsuited(string name, string rule) => _book.Unsuited(number, $"{rule} in column '{name}'");
        }

        Column Column(string name) => batch.Columns.First(column => column.Schema.Name == name);
    }
}
