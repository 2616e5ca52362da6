using Collab.Jobs;

namespace Collab.Engine.Models;

/// <summary>Rows as a network takes them, by the plan alone: numbers from −1 to 1 over their range, 0 where missing; a text as a 1 at its level, else zeros (protocols/specs/train.md, "By rows").</summary>
internal static class NetworkInputs
{
    /// <summary>How many inputs the features have.</summary>
    public static int CountOf(RowTrainingQuestion question) => question.Features.Sum(feature => feature.Range is null ? feature.Levels.Count : 1);

    /// <summary>Some rows, in order.</summary>
    public static double[][] Of(RowTrainingQuestion question, ModelRows rows, ReadOnlySpan<int> places)
    {
        var inputs = new double[places.Length][];
        for (var i = 0; i < inputs.Length; i++) inputs[i] = new double[CountOf(question)];
        var at = 0;
        foreach (var (j, feature) in question.Features.Index())
        {
            if (feature.Range is { } range)
            {
                var unit = Math.Pow(10, range.Scale);
                var (middle, half) = ((range.Low + (double)range.High) / 2 / unit, ((double)range.High - range.Low) / 2 / unit);
                var numbers = rows.Numbers(j, places);
                for (var i = 0; i < inputs.Length; i++) inputs[i][at] = double.IsNaN(numbers[i]) ? 0 : Math.Clamp((numbers[i] - middle) / half, -1, 1);
                at++;
                continue;
            }

            var texts = rows.Texts(j, places);
            for (var i = 0; i < inputs.Length; i++)
            {
                for (var level = 0; level < feature.Levels.Count; level++) inputs[i][at + level] = texts[i] == feature.Levels[level] ? 1 : 0;
            }

            at += feature.Levels.Count;
        }

        return inputs;
    }
}
