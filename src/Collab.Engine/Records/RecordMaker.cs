using Collab.Cryptography;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Records;

/// <summary>What an issuer makes of one row that was asked for: all fields under salts, and which of them are shown (protocols/specs/deliver.md, step 4).</summary>
/// <param name="plan">The plan.</param>
/// <param name="question">Its question.</param>
/// <param name="input">The issuer's input.</param>
internal sealed class RecordMaker(Plan plan, DeliverQuestion question, PlanInput input)
{
    public const string Yes = "yes", No = "no";

    private readonly RowSelection? _rule = question.Rule is { } rule ? new RowSelection(rule, input.Columns) : null;

    /// <summary>The names of the columns in a record, in their order: the key's, then those of the question.</summary>
    public static IReadOnlyList<string> ColumnsOf(DeliverQuestion question, PlanInput input) => [.. input.Key.Union(question.Columns)];

    /// <summary>How many fields each record has, shown or not.</summary>
    public static int FieldCount(DeliverQuestion question, PlanInput input) =>
        ColumnsOf(question, input).Count + (question.Rule is null ? 0 : 1) + (question.Amount is null ? 0 : 1);

    /// <summary>The names of the fields shown of a record.</summary>
    /// <param name="satisfies">Whether it satisfies the rule.</param>
    public static IReadOnlyList<string> ShownOf(DeliverQuestion question, PlanInput input, bool satisfies) =>
    [
        .. input.Key.Union(satisfies ? question.Disclose : []),
        .. question.Rule is null ? Array.Empty<string>() : [DeliverQuestion.VerdictField],
        .. question.Amount is null || !satisfies ? Array.Empty<string>() : [DeliverQuestion.AmountField],
    ];

    /// <summary>The record of a row, and the names of what is shown of it.</summary>
    /// <param name="batch">The batch of the row, with the columns of the input.</param>
    /// <param name="row">The row in it.</param>
    /// <param name="expires">Until when it is attested.</param>
    /// <exception cref="CollabException">The amount does not fit into 64 bits.</exception>
    public (SaltedRecord Record, IReadOnlyList<string> Shown) Make(ColumnBatch batch, int row, DateTimeOffset expires, RandomSource random, CommitmentAlgorithm algorithm)
    {
        var marked = new bool[batch.RowCount];
        marked[row] = true;
        var one = RowSelection.Taken(batch, marked);
        var satisfies = _rule is null || _rule.Of(one).RowCount == 1;
        Column Named(string name) => one.Columns.First(column => column.Schema.Name == name);
        List<RecordField> fields = [.. ColumnsOf(question, input).Select(name => RecordField.Of(Named(name), 0))];
        if (question.Rule is not null) fields.Add(RecordField.OfText(DeliverQuestion.VerdictField, satisfies ? Yes : No));
        if (question.Amount is { } amount)
        {
            var value = satisfies ? RecordField.Of(Named(amount.Column), 0).Number : null;
            var told = value is { } number
                ? amount.Of(number) ?? throw new CollabException(Runs.RunErrors.RecordsUnsuited, "An amount does not fit into 64 bits.", plan.InputOf(question.Of)!.Owner)
                : (long?)null;
            fields.Add(RecordField.OfNumber(SchemaOf(amount), told));
        }

        return (SaltedRecord.Create(question.Of, plan.Created, expires, fields, random, algorithm), ShownOf(question, input, satisfies));
    }

    /// <summary>The form of the amount.</summary>
    public static ColumnSchema SchemaOf(AmountRule amount) =>
        new(DeliverQuestion.AmountField, amount.AmountScale > 0 ? ColumnType.Decimal : ColumnType.Integer, amount.AmountScale);
}
