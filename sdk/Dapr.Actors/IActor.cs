namespace Dapr.Actors;

/// <summary>Marks an interface whose methods are those of an actor: each returns Task or Task of T, none is overloaded or generic.</summary>
public interface IActor;
