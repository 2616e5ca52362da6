using Collab.Jobs;
using Collab.SecretSharing.Expressions;

namespace Collab.Engine.Descriptions;

/// <summary>Reads the parameters of a computation (protocols/specs/job.md, "Parameters of a computation").</summary>
internal static class ComputationDescription
{
    private static readonly Dictionary<string, bool> MissingWords = new() { ["refuse"] = false, ["skip-row"] = true };

    /// <summary>Reads them. What the program means is known only with the owners' offers.</summary>
    public static JobKind.Computation Parse(YamlSection parameters)
    {
        var kind = new JobKind.Computation(
            [.. parameters.Sections("inputs").Select(Input)], parameters.Choice("missing", MissingWords, false), parameters.Text("program").TrimEnd(),
            parameters.Has("dealer") ? parameters.Party("dealer") : null);
        if (kind.Inputs.DistinctBy(i => i.Name).Count() != kind.Inputs.Count) throw parameters.Error("inputs", "names an input twice");
        parameters.End();
        return kind;
    }

    private static ComputationInput Input(YamlSection section)
    {
        var name = section.Text("name");
        if (!JointProgram.IsName(name)) throw section.Error("name", "is no name of a program: letters, digits and '_', a letter first, and no word of the language");
        var (low, high, scale) = Bounds(section);
        var input = new ComputationInput(name, section.Text("column", name), section.Has("of") ? section.Party("of") : null, scale, low, high);
        section.End();
        return input.Low <= input.High ? input : throw section.Error("max", "is below the minimum");
    }

    /// <summary>The decimals <c>min</c> and <c>max</c>, in units of the scale that both need.</summary>
    internal static (long Low, long High, int Scale) Bounds(YamlSection section)
    {
        var (low, lowScale) = AnalysisDescription.Decimal(section, "min", section.Text("min"));
        var (high, highScale) = AnalysisDescription.Decimal(section, "max", section.Text("max"));
        var scale = Math.Max(lowScale, highScale);
        return (Raised(low, lowScale), Raised(high, highScale), scale);

        long Raised(long units, int from)
        {
            for (var i = from; i < scale; i++)
            {
                if (long.Abs(units) > long.MaxValue / 10) throw section.Error("max", "does not fit 64 bits with the decimals of both bounds");
                units *= 10;
            }

            return units;
        }
    }
}
