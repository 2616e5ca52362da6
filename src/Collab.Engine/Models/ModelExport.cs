using Collab.Engine.Planning;
using Collab.FederatedLearning.Averaging;
using Collab.FederatedLearning.Export;
using Collab.FederatedLearning.Features;
using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>A whole model as a file for other programs, and what a part says for people; only at a party that the plan gives the parts to.</summary>
public static class ModelExport
{
    /// <summary>The formats: ONNX, and PMML 4.4.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["onnx", "pmml"];

    /// <summary>Parts of the model are missing here.</summary>
    public static readonly ErrorCode NotWhole = new(
        "model.not-whole", ErrorKind.Refused, "Train with 'whole-to' naming this party: without it every owner keeps its part.");

    /// <summary>No such format.</summary>
    public static readonly ErrorCode FormatUnknown = new(
        "model.format-unknown", ErrorKind.InvalidInput, "Ask for onnx or pmml.");

    /// <summary>Who gets predictions: the party that had the labels, or of rows side by side any owner.</summary>
    public static PartyId? LabelOwnerOf(Plan training) => training.Question is RowTrainingQuestion ? null : ModelPlanner.TrainingOf(training).Label.Of;

    /// <summary>Writes the model.</summary>
    /// <param name="training">The plan of its training.</param>
    /// <param name="parts">The parts that are here.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <exception cref="CollabException"><see cref="NotWhole"/> or <see cref="FormatUnknown"/>.</exception>
    public static byte[] Write(Plan training, IReadOnlyList<StoredPart> parts, string format)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(parts);
        if (!Formats.Contains(format)) throw new CollabException(FormatUnknown, $"'{format}' is no format of models.");
        if (training.Question is RowTrainingQuestion byRows)
        {
            if (byRows.Model is ModelChoice.Network)
                return format == "onnx" ? OnnxNetwork.Write(Network.Decode(parts[0].Part.Span)) : throw new CollabException(FormatUnknown, "A network is exported as onnx alone.");
            var whole = TreeModel.Decode(parts[0].Part.Span);
            return format == "onnx" ? OnnxTreeModel.Write(whole) : PmmlTreeModel.Write(whole, byRows.Label);
        }

        if (training.Owners.FirstOrDefault(owner => parts.All(part => part.Of != owner)) is { } missing)
            throw new CollabException(NotWhole, $"The part of {missing} is not here.", missing);
        var question = ModelPlanner.TrainingOf(training);
        if (question.Model.Form == ModelForm.HiddenTrees) throw new CollabException(NotWhole, "The model is of trees that nobody knows.");
        ReadOnlyMemory<byte> PartOf(PartyId owner) => parts.Single(part => part.Of == owner).Part;
        if (question.Model is ModelChoice.Trees)
        {
            var model = LabelPart.Decode(PartOf(question.Label.Of).Span)
                .Join([.. training.Owners.Where(owner => owner != question.Label.Of).Select(owner => FeaturePart.Decode(PartOf(owner).Span))]);
            return format == "onnx" ? OnnxTreeModel.Write(model) : PmmlTreeModel.Write(model, question.Label.Column);
        }

        var family = ModelSettings.FamilyOf(((ModelChoice.Linear)question.Model).Kind);
        LinearPart[] linear = [.. training.Owners.Select(owner => LinearPart.Decode(PartOf(owner).Span))];
        return format == "onnx"
            ? OnnxLinearModel.Write(family, linear)
            : PmmlLinearModel.Write(
                family, linear, [.. training.Owners.SelectMany(owner => FeaturesOf(question, parts.Single(part => part.Of == owner)).Select(name => question.NameOf(new(owner, name))))], question.Label.Column);
    }

    /// <summary>What the parts that are here say: for each column of a linear model its coefficient, of trees how many splits are on it.</summary>
    public static IReadOnlyList<ModelTerm> TermsOf(Plan training, IReadOnlyList<StoredPart> parts)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(parts);
        if (training.Question is RowTrainingQuestion { Model: ModelChoice.Network }) return []; // its weights say nothing of single columns
        if (training.Question is RowTrainingQuestion rows)
        {
            var splits = TreeModel.Decode(parts[0].Part.Span).Ensemble.Trees.SelectMany(tree => tree.Nodes).Where(node => node.Split is not null).CountBy(node => node.Split!.Feature).ToDictionary();
            return [.. rows.Features.Select((feature, j) => new ModelTerm(parts[0].Of, feature.Column, "splits", splits.GetValueOrDefault(j)))];
        }

        var question = ModelPlanner.TrainingOf(training);
        if (question.Model.Form == ModelForm.HiddenTrees) return []; // nobody knows what it says
        return [.. parts.SelectMany(part => question.Model is ModelChoice.Linear ? LinearTerms(question, part) : TreeTerms(question, part))];
    }

    private static IEnumerable<ModelTerm> LinearTerms(TrainingQuestion question, StoredPart stored)
    {
        var part = LinearPart.Decode(stored.Part.Span);
        yield return new(stored.Of, "(constant)", "estimate", part.Constant); // those of all parts add up to the intercept
        foreach (var (column, estimate) in FeaturesOf(question, stored).Zip(part.Coefficients)) yield return new(stored.Of, column, "estimate", estimate);
    }

    // What the weights are of: what the owner's recipe makes, or its columns.
    private static IReadOnlyList<string> FeaturesOf(TrainingQuestion question, StoredPart stored) =>
        stored.Recipe.IsEmpty ? question.FeaturesOf(stored.Of) : [.. FittedRecipe.Decode(stored.Recipe.Span).Features.Select(feature => feature.Name)];

    private static IEnumerable<ModelTerm> TreeTerms(TrainingQuestion question, StoredPart stored)
    {
        var splits = stored.Of == question.Label.Of
            ? LabelPart.Decode(stored.Part.Span).Ensemble.Trees.SelectMany(tree => tree.Nodes).Where(node => node.Split is not null).CountBy(node => node.Split!.Feature).ToDictionary()
            : FeaturePart.Decode(stored.Part.Span).Splits.CountBy(split => split.Feature).ToDictionary();
        return question.FeaturesOf(stored.Of).Select((column, j) => new ModelTerm(stored.Of, column, "splits", splits.GetValueOrDefault(j)));
    }
}

/// <summary>What a part says of a column.</summary>
/// <param name="Of">The owner.</param>
/// <param name="Column">The column.</param>
/// <param name="Name">What is said: <c>estimate</c>, per unit of the column, or <c>splits</c>.</param>
/// <param name="Value">The number.</param>
public sealed record ModelTerm(PartyId Of, string Column, string Name, double Value);
