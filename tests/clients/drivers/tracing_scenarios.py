"""What the drivers of the decorator-style clients share: calls within workflows, tasks, tools and agents."""

import openai_calls


def journey(workflow, task, tool, agent, with_attributes):
    """Return a workflow of a task, a tool and an agent that asks a model, with people, thread and metadata on it.

    The arguments are the client's own decorators, and its own way to put attributes on what runs within.
    """

    @tool(name="look_up")
    def look_up(city):
        return {"city": city, "degrees": 24}

    @task(name="prepare")
    def prepare(city):
        return f"Tell me about {look_up(city)['city']}"

    @agent(name="guide")
    def guide(question):
        answer = openai_calls.ask("journey")
        return f"{question}: {answer.choices[0].message.content}"

    @workflow(name="travel")
    def travel(city):
        with with_attributes():
            return guide(prepare(city))

    return lambda: travel("Paris")


def broken(workflow, task):
    """Return a workflow whose task raises."""

    @task(name="fall")
    def fall():
        raise ValueError("the task fell")

    @workflow(name="broken")
    def run():
        fall()

    def scenario():
        try:
            run()
        except ValueError:
            return
        raise AssertionError("the workflow did not raise")

    return scenario
