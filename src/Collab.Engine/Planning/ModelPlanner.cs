using Collab.Engine.Models;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.MultiParty;

namespace Collab.Engine.Planning;

/// <summary>Settles trainings and predictions with the owners' offers (protocols/specs/train.md, predict.md).</summary>
internal static class ModelPlanner
{
    private const string TrainLinear = "train-linear/1", TrainTrees = "train-trees/1", TrainTreesByRows = "train-trees-rows/1", TrainNetwork = "train-network/1", PredictLinear = "predict-linear/1", PredictTrees = "predict-trees/1", TrainHidden = "train-trees-secret/1", PredictHidden = "predict-trees-secret/1", PredictAlone = "predict-alone/1", EvaluateLinear = "evaluate-linear/1", EvaluateTrees = "evaluate-trees/1";

    /// <summary>The protocol of a clustering.</summary>
    public const string ClusterProtocol = "cluster/1";

    /// <summary>The protocol of a training.</summary>
    public static string ProtocolOf(TrainingQuestion question) => question.Model.Form switch { ModelForm.Linear => TrainLinear, ModelForm.Trees => TrainTrees, _ => TrainHidden };

    /// <summary>The protocol of a training on rows side by side.</summary>
    public static string ProtocolOf(RowTrainingQuestion question) => question.Model is ModelChoice.Network ? TrainNetwork : TrainTreesByRows;

    /// <summary>The protocol of a prediction: none where one party has the whole model and all columns.</summary>
    public static string ProtocolOf(PredictionQuestion question) => question.IsAlone ? PredictAlone
        : question.Form switch { ModelForm.Linear => PredictLinear, ModelForm.Trees => PredictTrees, _ => PredictHidden };

    /// <summary>The question of a clustering, its columns looked up.</summary>
    public static ClusterQuestion QuestionOf(JobKind.Clustering kind, JobSpecification specification, IReadOnlyList<DatasetOffer> offers)
    {
        IntersectionPlanner.RequireKeys(specification, offers);
        foreach (var feature in kind.Question.Features)
        {
            if (Planner.FindColumn(OfferOf(feature.Of, offers), feature.Column).Type == ColumnType.Text)
                throw new CollabException(Planner.ColumnUnsuited, $"Column '{feature.Column}' of {feature.Of} holds text, and clusters are of numbers.", feature.Of);
        }

        return kind.Question;
    }

    /// <summary>The protocol of an evaluation.</summary>
    public static string ProtocolOf(EvaluationQuestion question) => question.Of.Form == ModelForm.Trees ? EvaluateTrees : EvaluateLinear;

    /// <summary>What the scores of a model mean in an evaluation. Of three pieces a half is added, by which they are chances.</summary>
    public static ScoreMeaning MeaningOf(ModelChoice model) =>
        !model.IsClassification ? ScoreMeaning.Number : model is ModelChoice.Linear { Kind: LinearKind.Logistic } ? ScoreMeaning.Logit : ScoreMeaning.Chance;

    /// <summary>The question of a training, its columns looked up.</summary>
    public static TrainingQuestion QuestionOf(JobKind.Training kind, JobSpecification specification, IReadOnlyList<DatasetOffer> offers)
    {
        IntersectionPlanner.RequireKeys(specification, offers);
        var question = kind.Question;
        foreach (var feature in question.Features)
        {
            var type = Planner.FindColumn(OfferOf(feature.Of, offers), feature.Column).Type;
            if (type == ColumnType.Text && question.Model is ModelChoice.Linear && kind.Wishes.All(wish => wish.Of != feature.Of))
                throw new CollabException(Planner.ColumnUnsuited, $"Column '{feature.Column}' of {feature.Of} holds text, and a linear model is of numbers.", feature.Of);
        }

        var label = Planner.FindColumn(OfferOf(question.Label.Of, offers), question.Label.Column);
        if (question.Label.Positive is null && label.Type == ColumnType.Text)
            throw new CollabException(Planner.ColumnUnsuited, $"The label '{label.Name}' of {question.Label.Of} holds text: say which value counts as 1 with 'positive'.", question.Label.Of);
        return question with { Recipes = RecipePlanner.RecipesOf(kind.Wishes, offers) };
    }

    /// <summary>The question of a training on rows side by side, its columns looked up.</summary>
    public static RowTrainingQuestion QuestionOf(JobKind.RowTraining kind, IReadOnlyList<DatasetOffer> offers)
    {
        foreach (var offer in offers)
        {
            foreach (var feature in kind.Question.Features)
            {
                if (Planner.FindColumn(offer, feature.Column).Type == ColumnType.Text == feature.Range is not null)
                    throw new CollabException(Planner.ColumnUnsuited, $"Column '{feature.Column}' of {offer.Owner} needs {(feature.Range is null ? "a range, 'min' and 'max': it holds numbers" : "'levels': it holds text")}.", offer.Owner);
            }

            if (Planner.FindColumn(offer, kind.Question.Label).Type == ColumnType.Text && kind.Question.Positive is null)
                throw new CollabException(Planner.ColumnUnsuited, $"The label '{kind.Question.Label}' of {offer.Owner} holds text: say which value counts as 1 with 'positive'.", offer.Owner);
        }

        return kind.Question;
    }

    /// <summary>The question of a prediction, its columns those of the training.</summary>
    public static PredictionQuestion QuestionOf(
        JobKind.Prediction kind, JobSpecification specification, IReadOnlyList<DatasetOffer> offers, Func<string, (Plan Training, Digest Model)>? models)
    {
        IntersectionPlanner.RequireKeys(specification, offers);
        var (plan, model) = models?.Invoke(kind.Model) ?? throw new CollabException(ModelErrors.Unknown, $"There is no model '{kind.Model}' here.");
        if (plan.Question is RowTrainingQuestion rows)
        {
            if (specification.Parties is not [{ Owner: var alone }])
                throw new CollabException(Planner.PartiesUnsuited, "A model trained by rows is whole at every owner: predict alone, with one party.");
            foreach (var feature in rows.Features)
            {
                if (Planner.FindColumn(offers[0], feature.Column).Type == ColumnType.Text == feature.Range is not null)
                    throw new CollabException(Planner.ColumnUnsuited, $"Column '{feature.Column}' has another type than the model was trained on.", alone);
            }

            return new(KeyRule.Default, plan.Digest, model, [.. rows.Features.Select(feature => new ModelColumn(alone, feature.Column))], alone, rows.Model.Form, SkipsMissing: false, kind.Stands);
        }

        var training = TrainingOf(plan);
        foreach (var feature in training.Features)
        {
            var (trained, offered) = (plan.InputOf(feature.Of)!.Columns.First(column => column.Name == feature.Column).Type, Planner.FindColumn(OfferOf(feature.Of, offers), feature.Column).Type);
            if (trained == ColumnType.Text != (offered == ColumnType.Text))
                throw new CollabException(Planner.ColumnUnsuited, $"Column '{feature.Column}' of {feature.Of} has another type than the model was trained on.", feature.Of);
        }

        return QuestionOf(training, plan.Digest, model) with { Stands = kind.Stands };
    }

    /// <summary>The question of an evaluation, its columns and labels those of the training.</summary>
    public static EvaluationQuestion QuestionOf(
        JobKind.Evaluation kind, JobSpecification specification, IReadOnlyList<DatasetOffer> offers, Func<string, (Plan Training, Digest Model)>? models)
    {
        if (models?.Invoke(kind.Model) is { Training.Question: RowTrainingQuestion })
            throw new CollabException(Planner.ProtocolUnsuited, "A model trained by rows is whole at every owner: predict alone, and compare at home.");
        var prediction = QuestionOf(new JobKind.Prediction(kind.Model), specification, offers, models);
        var training = TrainingOf(models!(kind.Model).Training); // it was there a moment ago
        var label = Planner.FindColumn(OfferOf(training.Label.Of, offers), training.Label.Column);
        if (training.Label.Positive is null && label.Type == ColumnType.Text)
            throw new CollabException(Planner.ColumnUnsuited, $"The label '{label.Name}' of {training.Label.Of} holds text, and the model was trained on numbers.", training.Label.Of);
        return QuestionOf(kind, prediction, training);
    }

    /// <summary>What asks how good the model of a training is.</summary>
    public static EvaluationQuestion QuestionOf(JobKind.Evaluation kind, PredictionQuestion prediction, TrainingQuestion training)
    {
        if (prediction.Form == ModelForm.HiddenTrees) throw new CollabException(Planner.ProtocolUnsuited, "Trees that nobody knows are not evaluated on shares yet.");
        if (kind.OfTest && training.TestPercent == 0) throw new CollabException(ModelErrors.NoTestRows, "The model is trained on all rows: there is no 'test-percent'.");
        if (kind.CutOffs.Count > 0 && !training.Model.IsClassification) throw new CollabException(Planner.ColumnUnsuited, "Cut-offs are chances, and the model predicts a number.");
        return new(prediction, training.Label, MeaningOf(training.Model), kind.OfTest ? training.TestPercent : 0, kind.CutOffs, kind.Groups, kind.MinimumGroup);
    }

    /// <summary>What asks for predictions by the model of a training.</summary>
    public static PredictionQuestion QuestionOf(TrainingQuestion training, Digest job, Digest model) =>
        new(training.KeyRule, job, model, training.Features, training.Label.Of, training.Model.Form, training.SkipsMissing, Stands: false);

    /// <summary>The training that a plan is, or has among its steps.</summary>
    public static TrainingQuestion TrainingOf(Plan plan) => plan.Question as TrainingQuestion ?? (plan.Question as PipelineQuestion)?.Training
        ?? throw new ArgumentException("The plan trains no model.", nameof(plan));

    /// <summary>Checks what the protocol can keep its promise with.</summary>
    /// <exception cref="CollabException">The plan is none that this node runs.</exception>
    public static void Require(Plan plan, TrainingQuestion question)
    {
        RequireOwners(plan, ProtocolOf(question), question.Model.Form == ModelForm.Trees);
        Require(plan, question.Model.Form != ModelForm.HiddenTrees || question.WholeTo.Count == 0, "Trees that nobody knows are told to nobody: leave 'whole-to' out, or 'splits: hidden'.");
        Require(plan, plan.Receivers.All(plan.Owners.Contains), "The card of a model goes to its owners or some of them.");
        Require(plan, plan.Owners.All(owner => question.ColumnsOf(owner).Count > 0) && question.Features.Any(feature => feature.Of != question.Label.Of), "Each party brings a column, and one that has no labels a feature: otherwise train alone.");
        RecipePlanner.Require(plan, question);
    }

    /// <inheritdoc cref="Require(Plan, TrainingQuestion)"/>
    public static void Require(Plan plan, PredictionQuestion question)
    {
        if (question.IsAlone) Require(plan, plan.Protocol == PredictAlone, $"This node runs {PredictAlone} for such a question, not {plan.Protocol}.");
        else RequireOwners(plan, ProtocolOf(question), question.Form == ModelForm.Trees);
        Require(plan, plan.Receivers.Count == 1 && plan.Receivers[0] == question.LabelOwner, "Predictions go to the party that had the labels.");
    }

    /// <inheritdoc cref="Require(Plan, TrainingQuestion)"/>
    public static void Require(Plan plan, RowTrainingQuestion question)
    {
        Require(plan, plan.Protocol == ProtocolOf(question), $"This node runs {ProtocolOf(question)} for such a question, not {plan.Protocol}.");
        Require(plan, plan.Security == SecurityModel.SemiHonest, $"{plan.Protocol} withstands only parties that are honest but curious.");
        if (question.Model is ModelChoice.Network)
        {
            Require(plan, plan.Owners.Count >= 3, "A network is averaged over three owners of rows or more.");
            Require(plan, plan.Receivers is [var averaging] && !plan.Owners.Contains(averaging), "Networks are averaged by the one receiver, who has no rows.");
            return;
        }

        Require(plan, plan.Receivers.All(plan.Owners.Contains), "The card of a model goes to its owners or some of them.");
    }

    /// <inheritdoc cref="Require(Plan, TrainingQuestion)"/>
    public static void Require(Plan plan, ClusterQuestion question)
    {
        RequireOwners(plan, ClusterProtocol, isOfTrees: false);
        Require(plan, plan.Receivers.All(plan.Owners.Contains), "Centres go to the owners or some of them.");
        Require(plan, plan.Owners.All(owner => question.FeaturesOf(owner).Count > 0), "Each party brings a column.");
    }

    /// <inheritdoc cref="Require(Plan, TrainingQuestion)"/>
    public static void Require(Plan plan, EvaluationQuestion question)
    {
        RequireOwners(plan, ProtocolOf(question), question.Of.Form == ModelForm.Trees);
        Require(plan, plan.Receivers.All(plan.Owners.Contains), "An evaluation goes to the model's owners or some of them.");
    }

    private static void RequireOwners(Plan plan, string protocol, bool isOfTrees)
    {
        Require(plan, plan.Protocol == protocol, $"This node runs {protocol} for such a question, not {plan.Protocol}.");
        Require(plan, plan.Security == SecurityModel.SemiHonest, $"{protocol} withstands only parties that are honest but curious.");
        if (isOfTrees) Require(plan, plan.Owners.Count is >= 2 and <= MultiPartyPsiOptions.MostParties, $"Trees have 2 to {MultiPartyPsiOptions.MostParties} owners of columns.");
        else Require(plan, plan.Owners.Count is 2 or 3, "A model on shares has two or three owners of columns.");
    }

    private static void Require(Plan plan, bool holds, string rule)
    {
        if (!holds) throw new CollabException(Planner.PartiesUnsuited, rule, plan.Requester);
    }

    private static DatasetOffer OfferOf(PartyId owner, IReadOnlyList<DatasetOffer> offers) =>
        offers.FirstOrDefault(offer => offer.Owner == owner) ?? throw new CollabException(Planner.PartiesUnsuited, $"'{owner}', whose column is asked for, is no party of the job.");
}
